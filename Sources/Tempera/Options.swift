import Media
import Network
import Pipeline

// The option types of the rooms below, under the names that a user of the library meets.

/// How to read the input: format of raw frames, resize, time range, …
public typealias ReadingOptions = Media.SourceOptions
/// How to write the output: codec, quality, container, …
public typealias WritingOptions = Media.SinkOptions
/// How to run the network: precision, threads, …
public typealias PaintingOptions = Network.PainterOptions
/// The arithmetic of the network.
public typealias Precision = Network.Precision
/// What to give up first when a live run cannot keep up.
public typealias Preference = Pipeline.Preference
/// What becomes of a frame that there is no time to paint.
public typealias LatePolicy = Pipeline.LatePolicy
/// What became of the frames of a run.
public typealias FrameCounts = Pipeline.FrameCounts
/// Where the time of a run went.
public typealias RunProfile = Pipeline.RunProfile
/// What runs the network.
public typealias Engine = Network.Engine
/// What one layer of the network took.
public typealias LayerTiming = Network.LayerTiming
/// Runs every kernel of this machine against the portable one.
public typealias KernelCheck = Network.KernelCheck
/// One kernel on a layer as networks have it, to be timed.
public typealias KernelWorkload = Network.KernelWorkload
/// What a figure must be read with.
public typealias MachineFacts = Pipeline.MachineFacts
/// Measurements and what lies between them.
public typealias Quantiles = Pipeline.Quantiles
/// A size of which one side may be -1.
public typealias RequestedSize = Media.RequestedSize
/// What to do with interlaced frames.
public typealias Deinterlacing = Media.Deinterlacing
/// A ratio, as of a frame rate.
public typealias Rational = Media.Rational
/// What went on differently from what the user may expect.
public typealias Warning = Media.MediaWarning
/// Why a file cannot be read or written.
public typealias MediaError = Media.MediaError
/// Why a network cannot run here, or not at this size.
public typealias NetworkError = Network.NetworkError
/// Why a file is no model.
public typealias WeightsError = Network.WeightsError
/// Stops a job early, leaving a playable file.
public typealias Cancellation = Pipeline.Cancellation

extension Job {
    /// How far a job has come.
    public typealias Progress = RunProgress
}
