import Foundation
import Media
import Network
import Pipeline
import Synchronization

/// A video in, a painted video out, with its sound, subtitles and everything else that the output can hold.
///
/// ```swift
/// var job = Job(input: "clip.mp4", output: "painted.mp4", style: try Style("starry-night"))
/// job.writing.crf = 20
/// let summary = try job.run { event in
///     if case .progress(let progress) = event { print(progress.frames, progress.rateNow) }
/// }
/// print(summary.frames, "frames")
/// ```
///
/// `run` blocks its caller; use a ``Cancellation`` to end it early from another thread. A failed job leaves nothing
/// behind, and an existing output as it was.
public struct Job: Sendable {
    /// A path, `-` for stdin, or what FFmpeg opens as the format that `reading` names.
    public var input: String
    /// A path, or `-` for stdout.
    public var output: String
    public var style: Style
    public var reading = ReadingOptions()
    public var writing = WritingOptions()
    public var painting = PaintingOptions()
    /// Whether an existing output may be replaced.
    public var overwrite = false

    public init(input: String, output: String, style: Style) {
        self.input = input
        self.output = output
        self.style = style
    }

    /// What `run` tells while it works. Comes from several threads, one event at a time from each.
    public enum Event: Sendable {
        /// Both ends are open and frames of this size will be painted.
        case began(width: Int, height: Int)
        case warning(Warning)
        /// After every written frame.
        case progress(Progress)
    }

    /// What a job did.
    public struct Summary: Sendable {
        /// Frames in the output.
        public var frames: Int
        /// Wall time of reading, painting and writing.
        public var seconds: Double
        /// The job was cancelled: the output ends early.
        public var wasStopped: Bool

        public var framesPerSecond: Double { seconds > 0 ? Double(frames) / seconds : 0 }
    }

    /// - Throws: ``TemperaError``
    public func run(
        cancellation: Cancellation = Cancellation(), onEvent: @escaping @Sendable (Event) -> Void = { _ in }
    ) throws(TemperaError) -> Summary {
        if !overwrite, output != "-", FileManager.default.fileExists(atPath: output) { throw .outputExists(output) }
        do {
            let warn: WarningHandler = { onEvent(.warning($0)) }
            let source = try FileSource(input, options: reading, warn: warn)
            let video = source.video
            let painter = try Painter(model: style.model, width: video.width, height: video.height, options: painting)
            let sink = try FileSink(output, video: video, copying: source, options: writing, warn: warn)
            onEvent(.began(width: video.width, height: video.height))

            let clock = ContinuousClock()
            let start = clock.now
            let meter = Mutex(ProgressMeter(totalFrames: video.frameCount, totalSeconds: video.duration))
            let summary = try VideoPipeline(source: source, painters: [NetworkPainter(painter)], sink: sink)
                .run(cancellation: cancellation) { frame in
                    let elapsed = (clock.now - start).seconds
                    let unit = video.timeBase.value
                    onEvent(
                        .progress(
                            meter.withLock { meter in
                                meter.update(
                                    frames: frame.count, mediaSeconds: Double(frame.timestamp) * unit,
                                    frameSeconds: Double(frame.duration) * unit, elapsed: elapsed)
                                return meter.progress
                            }))
                }
            return Summary(
                frames: summary.framesOut, seconds: (clock.now - start).seconds, wasStopped: summary.wasStopped)
        } catch {
            throw TemperaError(error)
        }
    }
}

extension Duration {
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
