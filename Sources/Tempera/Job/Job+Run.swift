import Media
import Network
import Pipeline
import Synchronization

extension Job {
    func start(_ cancellation: Cancellation, _ onEvent: @escaping @Sendable (Event) -> Void) throws -> Summary {
        let warn: WarningHandler = { onEvent(.warning($0)) }
        var reading = reading
        if pacing == .live { reading.live = true }
        let interruption = Interruption()
        let opened: FileSource?
        do {
            opened = try cancellation.whileRunning(onRequest: { interruption.raise() }) {
                try FileSource(input, options: reading, interruption: interruption, warn: warn)
            }
        } catch MediaError.interrupted {
            opened = nil
        }
        guard let source = opened, !cancellation.isRequested else {
            return Summary(counts: FrameCounts(), seconds: 0, wasStopped: true)
        }
        let video = source.video
        let hasDeadlines = pacing != .offline
        let ladder = Ladder(width: video.width, height: video.height, rungs: hasDeadlines && upscaler == nil ? .max : 1)
        let traceFile = try trace.map(makeTrace)
        var isComplete = false
        defer { if !isComplete { traceFile?.remove() } }
        let profiler = profiling || traceFile != nil ? Profiler(trace: traceFile) : nil
        // One frame at a time with all threads, also where delay does not matter: two painters of half the threads each got
        // through no more frames (640x360 on two cores, interleaved) and hold twice the memory.
        let painter = try painter(video, ladder, profiler?.layers)
        var options = VideoPipeline.Options()
        if hasDeadlines { options.framesInFlight = 2 }
        try checkMemory(painter.bytes, frames: &options.framesInFlight, of: result(video))
        let segments = try segments(video, warn: warn)
        let finished = segments?.finishedFrames ?? 0
        let sink = try FileSink(
            output, video: result(video), copying: source, options: writing(after: source.contents),
            segments: segments, warn: warn)
        onEvent(
            .began(
                Began(
                    width: result(video).width, height: result(video).height, engine: painter.engine, precision: painter.precision,
                    networkMemory: painter.bytes, finishedFrames: finished)))

        options.governor = Governor(pacing: deadlines(video, ladder, painter), rate: rate?.value)
        options.isPaced = pacing == .paced
        options.keepsStopped = keepsStopped
        options.profiler = profiler

        let clock = ContinuousClock()
        let begun = clock.now
        let unit = rate.map { 1 / $0.value } ?? video.timeBase.value
        let total = rate.flatMap { rate in video.duration.map { Int(($0 * rate.value).rounded()) } } ?? video.frameCount
        let meter = Mutex(ProgressMeter(totalFrames: total, totalSeconds: video.duration, finishedFrames: finished))
        let painters: [any FramePainter] = [
            finished > 0
                ? ResumedPainter(
                    painter, finishedFrames: finished,
                    lastPicture: try segments?.lastPicture(width: result(video).width, height: result(video).height))
                : painter
        ]
        let pipeline = VideoPipeline(source: source, painters: painters, sink: sink, options: options)
        // What was written before a stop, or before the source broke off, has become the output.
        var isKept: Bool { keepsStopped && meter.withLock { $0.progress.frames } > 0 }
        let summary: PipelineSummary
        do {
            summary = try pipeline.run(cancellation: cancellation) { frame in
                let progress = meter.withLock { meter in
                    meter.update(
                        counts: frame.counts, mediaSeconds: Double(frame.timestamp) * unit,
                        frameSeconds: Double(frame.duration) * unit, elapsed: (clock.now - begun).seconds)
                    return meter.progress
                }
                onEvent(.progress(progress))
            }
        } catch MediaError.brokeOff(let path, let why, _) {
            if isKept { segments?.markUnfinished(output) }
            throw MediaError.brokeOff(path, why: why, isKept: isKept)
        }
        if !summary.wasStopped { segments?.remove() } else if isKept { segments?.markUnfinished(output) }
        let seconds = (clock.now - begun).seconds
        isComplete = true
        let hasTrace = traceFile?.finish() ?? true
        let progress = meter.withLock { $0.progress }
        return Summary(
            counts: summary.counts, finishedFrames: finished, seconds: seconds, wasStopped: summary.wasStopped,
            unwrittenTrace: hasTrace ? nil : trace,
            profile: profiler?.profile(
                summary, ladder: ladder, isLive: pacing == .live, finishedFrames: finished, seconds: seconds,
                mediaSeconds: progress.mediaSeconds - progress.finishedSeconds))
    }

    /// A pipe for which no format is named carries raw frames where raw frames came in, else what every player reads.
    private func writing(after source: SourceDescription) -> WritingOptions {
        var writing = writing
        if output == "-", writing.format == nil {
            writing.format = ["rawvideo", "yuv4mpegpipe"].contains(source.container) ? source.container : "matroska"
        }
        return writing
    }

    private func makeTrace(_ path: String) throws(TemperaError) -> TraceFile {
        do {
            return try TraceFile(path)
        } catch {
            throw .unwritable(path)
        }
    }

    private func painter(
        _ video: VideoFormat, _ ladder: Ladder, _ layers: LayerTotals?
    ) throws -> any NetworkPainting {
        let painter: any NetworkPainting
        if let upscaler {
            painter = try EnlargingPainter(
                width: video.width, height: video.height, style: style?.model, upscaler: upscaler.model, options: painting,
                layers: layers)
        } else {
            guard let style else { throw TemperaError.nothingToPaintWith }
            painter = try NetworkPainter(model: style.model, ladder: ladder, options: painting, layers: layers)
        }
        guard style != nil, steady else { return painter }
        return try SteadyPainter(painter, width: video.width, height: video.height, layers: layers)
    }

    /// Checks that there is memory for the frames too: as RGB between the stages, and in 4:2:0 where an encoder looks ahead, some
    /// twenty of them. Where it is short, fewer are in flight. Encoders differ: what they may take alone refuses nothing.
    private func checkMemory(_ networks: Int, frames: inout Int, of video: VideoFormat) throws(NetworkError) {
        guard let available = Memory.available(), !MediaFiles.isPicture(output) else { return }
        let pixels = video.width * video.height, ahead = 20 * pixels * 3 / 2
        func needed(_ frames: Int) -> Int { networks + 3 * pixels * (frames + 3) }
        if needed(frames) + ahead > available { frames = min(frames, 2) }
        guard needed(frames) > available else { return }
        throw .doesNotFit(width: video.width, height: video.height, needed: needed(frames), available: available, fits: nil)
    }

    /// The picture stream as the sink sees it.
    private func result(_ video: VideoFormat) -> VideoFormat {
        var video = video
        if style == nil, let upscaler {
            (video.width, video.height) = (video.width * upscaler.scale, video.height * upscaler.scale)
        }
        guard let rate else { return video }
        video.timeBase = Rational(rate.denominator, rate.numerator)
        video.frameRate = rate
        return video
    }

    private func deadlines(_ video: VideoFormat, _ ladder: Ladder, _ painter: any NetworkPainting) -> Governor.Pacing {
        guard pacing != .offline else { return .everyFrame }
        let rate = video.frameRate?.value ?? 0
        var deadlines = Governor.Deadlines(ladder: ladder, interval: 1 / min(rate > 0 ? rate : 25, self.rate?.value ?? .infinity))
        deadlines.preference = preference
        deadlines.latePolicy = latePolicy
        deadlines.isLive = pacing == .live
        deadlines.chooseRung { painter.cost(rung: $0) }
        return .deadlines(deadlines)
    }
}

extension Duration {
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
