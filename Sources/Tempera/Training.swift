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
