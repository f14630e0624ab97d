/// How far a run has come.
public struct RunProgress: Sendable, Equatable {
    /// Frames written so far.
    public var frames = 0
    /// Of these, shown again in place of another or to fill a gap.
    public var repeated = 0
    /// Frames left out.
    public var dropped = 0
    /// Frames there will be, when that is known.
    public var totalFrames: Int?
    /// Length of what is written, in seconds.
    public var mediaSeconds = 0.0
    /// Of these, what an earlier run has painted.
    public var finishedSeconds = 0.0
    /// Wall time since the start, in seconds.
    public var elapsed = 0.0
    /// Frames a second over the last two seconds.
    public var rateNow = 0.0
    /// Frames a second since the start, without those that an earlier run has painted.
    public var rateAverage = 0.0
    /// Seconds of video a second, since the start, without those that an earlier run has painted.
    public var speed = 0.0
    /// 0…1, when the length is known.
    public var fraction: Double?
    /// Seconds left at the mean pace so far, when the length is known.
    public var remaining: Double?

    public init() {}
}

/// Turns "another frame was written" into `RunProgress`. It has no clock of its own: times are handed in.
public struct ProgressMeter: Sendable {
    private static let window = 2.0
    private static let samples = 64

    private let totalFrames: Int?
    private let totalSeconds: Double?
    private let finishedFrames: Int
    private var firstMediaSeconds: Double?
    /// Where the run's own frames begin.
    private var begin = (frames: 0, elapsed: 0.0, fraction: 0.0)
    /// Wall time and frame count, oldest first, at most `samples`, evenly thinned over the window.
    private var recent: [(time: Double, frames: Int)] = [(0, 0)]
    public private(set) var progress = RunProgress()

    /// - Parameters:
    ///   - totalFrames: frames to expect, if known; an estimate is fine.
    ///   - totalSeconds: media seconds to expect, if known; preferred for the fraction, as rates vary.
    ///   - finishedFrames: frames that an earlier run has painted; they come first, and say nothing of the pace.
    public init(totalFrames: Int?, totalSeconds: Double?, finishedFrames: Int = 0) {
        self.totalFrames = totalFrames
        self.finishedFrames = finishedFrames
        self.totalSeconds = totalSeconds.flatMap { $0 > 0 ? $0 : nil }
        progress.totalFrames = totalFrames
    }

    /// A frame was written that shows at `mediaSeconds` on the stream's own clock for `frameSeconds`; `elapsed` since the
    /// start of the run.
    public mutating func update(counts: FrameCounts, mediaSeconds: Double, frameSeconds: Double, elapsed: Double) {
        let first = firstMediaSeconds ?? mediaSeconds
        firstMediaSeconds = first
        let frames = counts.written
        progress.frames = frames
        progress.repeated = counts.repeated
        progress.dropped = counts.dropped
        progress.mediaSeconds = mediaSeconds + frameSeconds - first
        progress.elapsed = elapsed
        if let totalSeconds {
            progress.fraction = min(1, max(0, progress.mediaSeconds / totalSeconds))
        } else if let totalFrames, totalFrames > 0 {
            progress.fraction = min(1, Double(frames) / Double(totalFrames))
        }
        let fraction = progress.fraction ?? 0
        if frames <= finishedFrames {
            begin = (frames, elapsed, fraction)
            progress.finishedSeconds = progress.mediaSeconds
            recent = [(elapsed, frames)]
            return
        }
        if elapsed > begin.elapsed {
            progress.rateAverage = Double(frames - begin.frames) / (elapsed - begin.elapsed)
            progress.speed = (progress.mediaSeconds - progress.finishedSeconds) / (elapsed - begin.elapsed)
        }
        remember(frames: frames, at: elapsed)
        if let first = recent.first, elapsed > first.time {
            progress.rateNow = Double(frames - first.frames) / (elapsed - first.time)
        }
        if fraction > begin.fraction {
            progress.remaining = (elapsed - begin.elapsed) * (1 - fraction) / (fraction - begin.fraction)
        }
    }

    private mutating func remember(frames: Int, at time: Double) {
        if let last = recent.last, recent.count > 1, time - last.time < Self.window / Double(Self.samples) {
            return
        }
        recent.append((time, frames))
        // The sample just older than the window stays: the rate is then over at least the whole window.
        while recent.count > 2, time - recent[1].time >= Self.window { recent.removeFirst() }
    }
}
