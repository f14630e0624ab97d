/// What a run has to say as it goes.
public enum TrainingEvent: Sendable {
    /// - Parameter startsAt: Steps that a resumed run has behind it.
    case began(iterations: Int, startsAt: Int, photos: Int, threads: Int)
    case progress(TrainingProgress)
    /// A loss was not a number: the run goes on from an earlier step at a lower rate.
    case steppedBack(from: Int, to: Int, rate: Double)
    /// Photos found unreadable since the last such event.
    case unreadable([String])
    /// A file was written.
    case wrote(String)
    /// The losses and the preview could not be drawn; the model was written.
    case noPictures(String)
}

/// How far a run has come.
public struct TrainingProgress: Sendable {
    /// Steps done and in all.
    public let step: Int
    public let total: Int
    /// Smoothed over the last steps.
    public let losses: Losses
    /// Since the start, earlier parts of a resumed run included.
    public let seconds: Double
    /// In the mean of this part of the run.
    public let secondsPerStep: Double
    /// Seconds, judged by what steps took so far and by the crops of those to come.
    public let remaining: Double
}

/// What a run left behind.
public struct TrainingSummary: Sendable {
    /// The files, one a painting.
    public let models: [String]
    public let steps: Int
    public let seconds: Double
    /// Smoothed over the last steps.
    public let losses: Losses
    /// The path to go on from, when the run was stopped early.
    public let checkpoint: String?
    public let unreadablePhotos: Int
}
