import Network
import Perception

// Training a style, under the names that a user of the library meets.

/// One style on its way from a painting to a model.
public typealias TrainingRun = Perception.TrainingRun
/// Everything that decides what becomes of a painting.
public typealias TrainingOptions = Perception.TrainingOptions
/// What a run has to say as it goes.
public typealias TrainingEvent = Perception.TrainingEvent
/// How far a run has come.
public typealias TrainingProgress = Perception.TrainingProgress
/// How a run ended.
public typealias TrainingSummary = Perception.TrainingSummary
/// Why a style cannot be trained.
public typealias TrainingError = Perception.TrainingError
/// What the parameters of training and optimisation have to be.
public typealias Requirement = Perception.Requirement
/// A network as data.
public typealias Architecture = Network.Architecture
/// What a painting should keep of the photo and take from the style.
public typealias LossWeights = Perception.LossWeights
/// What one step of training takes on this machine.
public typealias TrainingBenchmark = Perception.TrainingBenchmark
/// What an enlarged photo should come near to.
public typealias UpscalingWeights = Perception.UpscalingWeights
/// The terms of an objective.
public typealias Losses = Perception.Losses
/// What a model is worth: the training objective on photos it has not seen.
public typealias ObjectiveMeasurement = Perception.ObjectiveMeasurement

/// How near pictures come to each other.
public typealias QualityMeasurement = Perception.QualityMeasurement
public typealias Quality = Perception.Quality
/// Why pictures cannot be compared.
public typealias QualityError = Perception.QualityError
/// Why steadiness cannot be measured.
public typealias StabilityError = Perception.StabilityError
/// What an upscaler is worth.
public typealias UpscalingMeasurement = Perception.UpscalingMeasurement

extension UpscalingMeasurement {
    /// - Parameter upscaler: Nil for the bicubic kernel alone.
    public init(pictures: String, scale: Int, upscaler: Upscaler?) {
        self.init(pictures: pictures, scale: scale, model: upscaler?.model)
    }
}

extension ObjectiveMeasurement.Subject {
    /// What a style paints, as bytes.
    public static func style(_ style: Style) -> Self { .model(style.model) }
}
