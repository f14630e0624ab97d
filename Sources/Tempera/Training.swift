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
/// Why a style cannot be trained.
public typealias TrainingError = Perception.TrainingError
/// A network as data.
public typealias Architecture = Network.Architecture
/// What a painting should keep of the photo and take from the style.
public typealias LossWeights = Perception.LossWeights
/// What one step of training takes on this machine.
public typealias TrainingBenchmark = Perception.TrainingBenchmark
/// What a model is worth: the training objective on photos it has not seen.
public typealias ObjectiveMeasurement = Perception.ObjectiveMeasurement

extension ObjectiveMeasurement.Subject {
    /// What a style paints, as bytes.
    public static func style(_ style: Style) -> Self { .model(style.model) }
}
