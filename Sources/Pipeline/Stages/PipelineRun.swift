import Dispatch
import Media
import Synchronization

/// One run of a `VideoPipeline`: its stages, the queues between them, and how it ends.
final class PipelineRun: Sendable {
    private struct PaintJob: Sendable {
        var video: VideoFrame
        var frame: Governor.Frame
        let ticket: Ticket
    }

    private enum Ending {
        case none
        case stopped
        /// Everything is painted; the sink completes its file.
        case finishing
        case failed(any Error)
    }

    private let source: any MediaSource
    private let painters: [any FramePainter]
    private let sink: any MediaSink
    private let options: VideoPipeline.Options
    private let onFrame: @Sendable (WrittenFrame) -> Void

    private let paintQueue: BoundedQueue<PaintJob>
    // Packets between two frames are many and small; frames are limited by `framesInFlight`.
    private let order = BoundedQueue<Ticket>(capacity: 1024)
    private let framesInFlight = DispatchSemaphore(value: 0)
    private let wakeUp = DispatchSemaphore(value: 0)
    private let ending = Mutex(Ending.none)
    /// Why the source ended before its end. What it had given until then is painted all the same.
    private let broken = Mutex<(any Error)?>(nil)
    private let governor: Mutex<Governor>
    private let packetsCopied = Atomic<Int>(0)

    init(_ pipeline: VideoPipeline, onFrame: @escaping @Sendable (WrittenFrame) -> Void) {
        source = pipeline.source
        painters = pipeline.painters
        sink = pipeline.sink
        options = pipeline.options
        self.onFrame = onFrame
        let inFlight = max(painters.count, options.framesInFlight)
        paintQueue = BoundedQueue(capacity: inFlight)
        governor = Mutex(options.governor)
        for _ in 0..<inFlight { framesInFlight.signal() }
    }

    private var now: Double { options.clock() }

    func wait() throws -> PipelineSummary {
        let working = DispatchGroup()
        DispatchQueue(label: "tempera.decode").async(group: working) { self.decode() }
        for (i, painter) in painters.enumerated() {
            DispatchQueue(label: "tempera.paint.\(i)").async(group: working) { self.paint(with: painter, number: i) }
        }
        DispatchQueue(label: "tempera.encode").async(group: working) { self.encode() }
        working.wait()

        let governor = governor.withLock { $0 }
        var summary = PipelineSummary(
            counts: governor.counts, packetsCopied: packetsCopied.load(ordering: .relaxed),
            paintedOnRung: governor.paintedOnRung, stepsDown: governor.rungChanges.down, stepsUp: governor.rungChanges.up)
        switch ending.withLock({ $0 }) {
        case .none, .finishing: if let error = broken.withLock({ $0 }) { throw error }
        case .stopped: summary.wasStopped = true
        case .failed(let error):
            sink.discard()
            throw error
        }
        return summary
    }

    // MARK: Decode

    private func decode() {
        let recorder = options.profiler?.recorder(.decode)
        defer { closeQueues() }
        do {
            var end = 0.0, wasHeld = false
            while !hasEnded {
                recorder?.begin()
                guard let item = try source.next() else { break }
                switch item {
                case .packet(let packet):
                    recorder?.endPart()
                    guard order.push(Ticket(.packet(packet))) else { return }
                case .frame(let frame):
                    recorder?.end()
                    end = Double(frame.timestamp + frame.duration) * source.video.timeBase.value
                    guard hand(on: frame, wasHeld: &wasHeld, recorder) else { return }
                }
            }
            guard !hasEnded else { return }
            for slot in governor.withLock({ $0.finished(end: end) }) where !order.push(repeating(slot)) { return }
        } catch {
            // A source interrupted by the end of the run has nothing to report.
            guard !hasEnded else { return }
            if case MediaError.brokeOff = error { broken.withLock { $0 = error } } else { fail(error) }
        }
    }

    /// Gives the frame its place and hands it to the painters. False when the run has ended.
    /// - Parameter wasHeld: Whether a frame waited for room, and no pace has been waited for since: this one comes late through us.
    private func hand(on video: VideoFrame, wasHeld: inout Bool, _ recorder: StageRecorder?) -> Bool {
        let pts = Double(video.timestamp) * source.video.timeBase.value
        recorder?.beginWaiting()
        if options.isPaced, waitUntilDue(pts) { wasHeld = false }
        recorder?.endWaitingForInput()
        let lasting = Double(video.duration) * source.video.timeBase.value
        let arrival = governor.withLock { $0.arrived(pts: pts, lasting: lasting, wasHeld: wasHeld, at: now) }
        // When a camera could have delivered the next one nobody knows.
        if !options.isPaced { wasHeld = false }
        for slot in arrival.repeats where !order.push(repeating(slot)) {
            governor.withLock { $0.abandoned() }
            return false
        }
        if arrival.isDropped { return true }

        var video = video
        if let slot = arrival.slot { (video.timestamp, video.duration) = (slot, 1) }
        recorder?.beginWaiting()
        if framesInFlight.wait(timeout: .now()) == .timedOut {
            wasHeld = true
            framesInFlight.wait()
        }
        recorder?.endWaitingForRoom()
        // The ticket first: a frame that a painter has begun is then always one that will be written.
        let ticket = Ticket()
        guard order.push(ticket) else {
            governor.withLock { $0.abandoned() }
            return false
        }
        guard paintQueue.push(PaintJob(video: video, frame: arrival.frame, ticket: ticket)) else {
            ticket.fill(.abandoned)
            return false
        }
        return true
    }

    private func repeating(_ slot: Int64) -> Ticket { Ticket(.again(timestamp: slot, duration: 1)) }

    /// False when it was due already.
    private func waitUntilDue(_ pts: Double) -> Bool {
        var waited = false
        while !hasEnded, let due = governor.withLock({ $0.due(pts: pts) }), case let left = due - now, left > 0 {
            _ = wakeUp.wait(timeout: .now() + left)
            waited = true
        }
        return waited
    }

    // MARK: Paint

    /// Every job is answered, also after the run has ended: the encode stage waits for its ticket.
    private func paint(with painter: any FramePainter, number: Int) {
        let recorder = options.profiler?.recorder(.paint(number))
        while true {
            recorder?.beginWaiting()
            guard var job = paintQueue.pop() else { return }
            recorder?.endWaitingForInput()
            guard !hasEnded else {
                job.ticket.fill(.abandoned)
                continue
            }
            switch governor.withLock({ $0.begin(&job.frame, at: now) }) {
            case .repeatLast: job.ticket.fill(.again(timestamp: job.video.timestamp, duration: job.video.duration))
            case .drop: job.ticket.fill(.nothing)
            case .paint(let rung):
                do {
                    recorder?.begin()
                    let painted = try painter.paint(job.video, rung: rung)
                    recorder?.end()
                    governor.withLock { $0.painted(&job.frame, at: now) }
                    job.ticket.fill(.painted(painted, job.frame))
                } catch {
                    fail(error)
                    job.ticket.fill(.abandoned)
                }
            }
        }
    }

    // MARK: Encode

    /// Takes every ticket, also after the run has ended: the decode stage may be waiting for room.
    private func encode() {
        let recorder = options.profiler?.recorder(.encode)
        var last: VideoFrame?
        var isWriting = true
        while true {
            recorder?.beginWaiting()
            guard let ticket = order.pop() else { break }
            let content = ticket.wait()
            recorder?.endWaitingForInput()
            if case .abandoned = content { isWriting = false }
            if isWriting && !hasFailed {
                do {
                    try write(content, last: &last, recorder)
                } catch {
                    fail(error)
                }
            } else {
                forget(content)
            }
            if ticket.isInFlight { framesInFlight.signal() }
        }
        guard !hasFailed else { return }
        let isWhole = beginFinishing() && broken.withLock { $0 == nil }
        if !isWhole, last == nil || !options.keepsStopped { return sink.discard() }
        do {
            recorder?.begin()
            try sink.finish()
            recorder?.endPart()
        } catch {
            fail(error)
        }
    }

    private func write(_ content: Ticket.Content, last: inout VideoFrame?, _ recorder: StageRecorder?) throws {
        switch content {
        case .packet(let packet):
            recorder?.begin()
            try sink.write(.packet(packet))
            recorder?.endPart()
            packetsCopied.add(1, ordering: .relaxed)
        case .painted(let video, let frame):
            recorder?.begin()
            try sink.write(.frame(video))
            recorder?.end()
            last = video
            report(video, governor.withLock { $0.wrote(frame, at: now) })
        case .again(let timestamp, let duration):
            guard var video = last else { return }
            (video.timestamp, video.duration, video.captions) = (timestamp, duration, [])
            recorder?.begin()
            try sink.write(.frame(video))
            recorder?.end()
            report(video, governor.withLock { $0.wroteRepeat() })
        case .nothing, .abandoned: break
        }
    }

    private func report(_ video: VideoFrame, _ counts: FrameCounts) {
        onFrame(WrittenFrame(timestamp: video.timestamp, duration: video.duration, counts: counts))
    }

    /// What will not be written because the run has ended.
    private func forget(_ content: Ticket.Content) {
        switch content {
        case .painted, .abandoned: governor.withLock { $0.abandoned() }
        case .packet, .again, .nothing: break
        }
    }

    // MARK: How a run ends

    private var hasEnded: Bool { ending.withLock { if case .none = $0 { false } else { true } } }

    /// From now on nothing can be stopped any more; false when it was.
    private func beginFinishing() -> Bool {
        ending.withLock {
            guard case .none = $0 else { return false }
            $0 = .finishing
            return true
        }
    }

    private var hasFailed: Bool { ending.withLock { if case .failed = $0 { true } else { false } } }

    func stop() {
        ending.withLock { if case .none = $0 { $0 = .stopped } }
        stopReading()
    }

    private func fail(_ error: any Error) {
        ending.withLock { if case .failed = $0 {} else { $0 = .failed(error) } }
        stopReading()
    }

    private func stopReading() {
        closeQueues()
        source.interrupt()
        wakeUp.signal()
    }

    private func closeQueues() {
        paintQueue.finish()
        order.finish()
    }
}
