import Media
import Network

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
/// A ``Governor`` decides what is painted, repeated or dropped. The first stage that fails ends the run with its error and
/// the others stop; the sink is told to discard what it has. Only when the source breaks off
/// (``MediaError/brokeOff(_:why:isKept:)``), what it gave until then is written as after a stop, and the error thrown then.
public struct VideoPipeline: Sendable {
    public struct Options: Sendable {
        /// Frames between reading and writing, apart from the one that the decode stage holds: enough to have one for each
        /// painter and one or two waiting on each side. Two keep the delay of a live run least.
        public var framesInFlight = 5
        public var governor = Governor()
        /// Frames are held back until they are due, as a player does.
        public var isPaced = false
        /// Whether what is written when the run is stopped becomes an output that ends early; else nothing is left.
        public var keepsStopped = true
        /// Measures the stages.
        public var profiler: Profiler?
        /// Seconds on a clock that only goes forward.
        public var clock: @Sendable () -> Double = { MonotonicClock.seconds }

        public init() {}
    }

    let source: any MediaSource
    let painters: [any FramePainter]
    let sink: any MediaSink
    let options: Options

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
        let run = PipelineRun(self, onFrame: onFrame)
        return try cancellation.whileRunning(onRequest: { run.stop() }) { try run.wait() }
    }
}

/// A frame that has reached the sink.
public struct WrittenFrame: Sendable {
    /// In the units of the sink's time base, as is `duration`.
    public var timestamp: Int64
    public var duration: Int64
    /// This frame included.
    public var counts: FrameCounts
}

/// What a run did.
public struct PipelineSummary: Sendable, Equatable {
    public var counts = FrameCounts()
    public var packetsCopied = 0
    /// The run was cancelled before the end of the source.
    public var wasStopped = false
    /// Frames painted on each rung of the governor's ladder.
    public var paintedOnRung: [Int] = []
    public var stepsDown = 0
    public var stepsUp = 0
}
