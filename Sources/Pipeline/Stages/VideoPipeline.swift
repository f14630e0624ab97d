import Dispatch
import Media
import Synchronization

/// Decode, paint and encode as three stages that overlap, each on a serial queue of its own.
///
///     source ─ frames ──▶ paint queue ──▶ painter, painter, … ─┐ fills
///            └ tickets ─▶ order queue ───────────────────────▶ encode ─▶ sink
///
/// The decode stage gives every item a ticket in file order and hands frames to the painters; the encode stage takes the
/// tickets in that order and waits for each to be filled. So any number of painters may work at once and the output still
/// has the order of the file. A fixed number of frames is in flight: a slow stage holds up the ones before it, and memory
/// does not grow with the length of the clip.
///
/// The first stage that fails ends the run with its error and the others stop; the sink is told to discard what it has.
public struct VideoPipeline: Sendable {
    public struct Options: Sendable {
        /// Frames that may wait between two stages.
        public var queueDepth = 2

        public init() {}
    }

    private let source: any MediaSource
    private let painters: [any FramePainter]
    private let sink: any MediaSink
    private let options: Options

    /// `painters` each get one frame at a time; there is at least one.
    public init(source: any MediaSource, painters: [any FramePainter], sink: any MediaSink, options: Options = Options()) {
        self.source = source
        self.painters = painters
        self.sink = sink
        self.options = options
    }

    /// Runs to the end of the source, or until `cancellation` is used, or until a stage fails.
    ///
    /// Blocks the caller. `onFrame` is called on the encode stage after every written frame.
    /// - Throws: the error of the stage that failed first.
    public func run(
        cancellation: Cancellation = Cancellation(), onFrame: @escaping @Sendable (WrittenFrame) -> Void = { _ in }
    ) throws -> PipelineSummary {
        let run = PipelineRun(source: source, painters: painters, sink: sink, options: options, onFrame: onFrame)
        return try cancellation.whileRunning(onRequest: { run.stop() }) { try run.wait() }
    }
}

/// A frame that has reached the sink.
public struct WrittenFrame: Sendable {
    /// Frames written so far, this one included.
    public var count: Int
    /// In the units of the source's time base, as is `duration`.
    public var timestamp: Int64
    public var duration: Int64
}

/// What a run did.
public struct PipelineSummary: Sendable, Equatable {
    public var framesIn = 0
    public var framesOut = 0
    public var packetsCopied = 0
    /// The run was cancelled before the end of the source.
    public var wasStopped = false
}

/// One run: the queues between the stages and how the run ends.
private final class PipelineRun: Sendable {
    private struct PaintJob: Sendable {
        let frame: VideoFrame
        let ticket: Ticket
    }

    private enum Ending {
        case none
        case stopped
        case failed(any Error)
    }

    private let source: any MediaSource
    private let painters: [any FramePainter]
    private let sink: any MediaSink
    private let onFrame: @Sendable (WrittenFrame) -> Void

    private let paintQueue: BoundedQueue<PaintJob>
    private let order: BoundedQueue<Ticket>
    private let framesInFlight = DispatchSemaphore(value: 0)
    private let ending = Mutex(Ending.none)
    private let summary = Mutex(PipelineSummary())

    init(
        source: any MediaSource, painters: [any FramePainter], sink: any MediaSink, options: VideoPipeline.Options,
        onFrame: @escaping @Sendable (WrittenFrame) -> Void
    ) {
        self.source = source
        self.painters = painters
        self.sink = sink
        self.onFrame = onFrame
        let depth = max(1, options.queueDepth)
        paintQueue = BoundedQueue(capacity: depth)
        // Packets between two frames are many and small; frames are limited by `framesInFlight`.
        order = BoundedQueue(capacity: 1024)
        for _ in 0..<painters.count + 2 * depth { framesInFlight.signal() }
    }

    // MARK: The stages

    func wait() throws -> PipelineSummary {
        let working = DispatchGroup()
        DispatchQueue(label: "tempera.decode").async(group: working) { self.decode() }
        for (i, painter) in painters.enumerated() {
            DispatchQueue(label: "tempera.paint.\(i)").async(group: working) { self.paint(with: painter) }
        }
        DispatchQueue(label: "tempera.encode").async(group: working) { self.encode() }
        working.wait()

        var result = summary.withLock { $0 }
        switch ending.withLock({ $0 }) {
        case .none: break
        case .stopped: result.wasStopped = true
        case .failed(let error):
            sink.discard()
            throw error
        }
        return result
    }

    private func decode() {
        defer { closeQueues() }
        do {
            while !hasEnded, let item = try source.next() {
                switch item {
                case .packet(let packet):
                    guard order.push(Ticket(passing: packet)) else { return }
                case .frame(let frame):
                    framesInFlight.wait()
                    // The ticket first: a frame that a painter has begun is then always one that will be written.
                    let ticket = Ticket()
                    guard order.push(ticket) else { return }
                    guard paintQueue.push(PaintJob(frame: frame, ticket: ticket)) else { return ticket.fill(.abandoned) }
                    summary.withLock { $0.framesIn += 1 }
                }
            }
        } catch {
            // A source interrupted by the end of the run has nothing to report.
            if !hasEnded { fail(error) }
        }
    }

    /// Every job is answered, also after the run has ended: the encode stage waits for its ticket.
    private func paint(with painter: any FramePainter) {
        while let job = paintQueue.pop() {
            guard !hasEnded else {
                job.ticket.fill(.abandoned)
                continue
            }
            do {
                job.ticket.fill(.write(.frame(try painter.paint(job.frame))))
            } catch {
                fail(error)
                job.ticket.fill(.abandoned)
            }
        }
    }

    /// Takes every ticket, also after the run has ended: the decode stage may be waiting for room.
    private func encode() {
        var writing = true
        while let ticket = order.pop() {
            if case .write(let item) = ticket.wait(), writing, !hasFailed {
                do {
                    try write(item)
                } catch {
                    fail(error)
                }
            } else {
                writing = false
            }
            if ticket.isFrame { framesInFlight.signal() }
        }
        guard !hasFailed else { return }
        guard summary.withLock({ $0.framesOut > 0 }) || !hasEnded else { return sink.discard() }
        do {
            try sink.finish()
        } catch {
            fail(error)
        }
    }

    private func write(_ item: MediaItem) throws {
        try sink.write(item)
        switch item {
        case .packet: summary.withLock { $0.packetsCopied += 1 }
        case .frame(let frame):
            let count = summary.withLock { summary in
                summary.framesOut += 1
                return summary.framesOut
            }
            onFrame(WrittenFrame(count: count, timestamp: frame.timestamp, duration: frame.duration))
        }
    }

    // MARK: How a run ends

    private var hasEnded: Bool { ending.withLock { if case .none = $0 { false } else { true } } }
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
    }

    private func closeQueues() {
        paintQueue.finish()
        order.finish()
    }
}
