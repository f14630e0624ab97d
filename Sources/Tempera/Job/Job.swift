import Media
import Network
import Pipeline

/// A video in, a painted video out, with its sound, subtitles and everything else that the output can hold.
///
/// ```swift
/// var job = Job(input: "clip.mp4", output: "painted.mp4", style: try Style("starry-night"))
/// job.writing.crf = 20
/// let summary = try job.run { event in
///     if case .progress(let progress) = event { print(progress.frames, progress.rateNow) }
/// }
/// print(summary.counts.written, "frames")
/// ```
///
/// `run` blocks its caller; use a ``Cancellation`` to end it early from another thread. A failed job leaves nothing
/// behind but the parts it was told to keep, and an existing output as it was; where it is the source that breaks off,
/// `keepsStopped` says what becomes of the frames before.
public struct Job: Sendable {
    /// A path, `-` for stdin, or what FFmpeg opens as the format that `reading` names.
    public var input: String
    /// A path, or `-` for stdout.
    public var output: String
    /// Nil to enlarge only.
    public var style: Style?
    /// With a style: frames are painted smaller by as much as this enlarges, and come out at their own size. Alone: they come
    /// out larger.
    public var upscaler: Upscaler?
    public var reading = ReadingOptions()
    public var writing = WritingOptions()
    public var painting = PaintingOptions()
    /// Whether the painting of what stands still in the scene, camera motion aside, is kept from boiling: most of the last
    /// frame's stays there.
    public var steady = true
    /// Whether an existing output may be replaced.
    public var overwrite = false
    /// Keeps finished parts beside the output until it is whole, and goes on from those that an earlier run of the same job
    /// left when it was killed, stopped or failed. For files, every frame, and no rate.
    public var resumes = false
    /// Whether a job that is stopped, or whose source breaks off with an error, leaves an output that ends early.
    public var keepsStopped = true
    /// Constant output rate, by dropping and repeating frames; nil keeps every frame and its time.
    public var rate: Rational?
    /// Whether frames have deadlines.
    public var pacing = Pacing.offline
    /// With deadlines: what is given up first.
    public var preference = Preference.balanced
    /// With deadlines: what becomes of a frame that there is no time to paint.
    public var latePolicy = LatePolicy.repeat
    /// Whether the summary has a profile.
    public var profiling = false
    /// Where a Chrome/Perfetto trace of every stage and frame goes; what is there is replaced.
    public var trace: String?

    public init(input: String, output: String, style: Style) {
        self.input = input
        self.output = output
        self.style = style
    }

    /// Enlarges instead of painting.
    public init(input: String, output: String, upscaler: Upscaler) {
        self.input = input
        self.output = output
        self.upscaler = upscaler
    }

    public enum Pacing: Sendable {
        /// Every frame is painted, as fast as that goes.
        case offline
        /// A file is read at the rate it plays, and frames have deadlines.
        case paced
        /// The source delivers in real time, and frames have deadlines.
        case live
    }

    /// What `run` tells while it works. Comes from several threads, one event at a time from each.
    public enum Event: Sendable {
        case began(Began)
        case warning(Warning)
        /// After every written frame.
        case progress(Progress)
    }

    /// Both ends are open.
    public struct Began: Sendable {
        /// Of the frames that come out.
        public var width: Int
        public var height: Int
        public var engine: Engine
        public var precision: Precision
        /// Bytes that the network holds.
        public var networkMemory: Int
        /// Frames that an earlier run has painted.
        public var finishedFrames: Int
    }

    /// What a job did.
    public struct Summary: Sendable {
        /// What became of the frames.
        public var counts: FrameCounts
        /// Of these, painted by an earlier run.
        public var finishedFrames = 0
        /// Wall time of reading, painting and writing.
        public var seconds: Double
        /// The job was cancelled: the output ends early, if there is one.
        public var wasStopped: Bool
        /// The trace's path, where it could not be written in full; the video is whole.
        public var unwrittenTrace: String?
        public var profile: RunProfile?

        /// Frames a second that this run has written, without those of an earlier one.
        public var framesPerSecond: Double { seconds > 0 ? Double(max(0, counts.written - finishedFrames)) / seconds : 0 }
    }

    /// - Throws: ``TemperaError``
    public func run(
        cancellation: Cancellation = Cancellation(), onEvent: @escaping @Sendable (Event) -> Void = { _ in }
    ) throws(TemperaError) -> Summary {
        if MediaFiles.isFolder(output) { throw .media(.isDirectory(output)) }
        if findsOutputTaken { throw .outputExists(output) }
        if let trace, [input, output].contains(where: { $0 == trace || MediaFiles.isSame($0, trace) }) { throw .media(.sameFile(trace)) }
        if rate != nil, pacing != .offline, latePolicy == .drop { throw .rateNeedsRepeats }
        do {
            return try start(cancellation, onEvent)
        } catch {
            throw TemperaError(error)
        }
    }
}
