import Network
import Perception

// Pictures made by optimising their pixels, under the names that a user of the library meets.

/// A photo painted as paintings are, by optimising its pixels.
public typealias DirectPainting = Perception.DirectPainting
/// What a picture should have of others, and how much each part counts.
public typealias FeatureWeights = Perception.FeatureWeights
/// A layer of VGG16.
public typealias VGG16Layer = Perception.VGG16Layer
/// How 2x2 blocks become one pixel in VGG16.
public typealias Pooling = Perception.Pooling
/// How a picture's pixels are moved.
public typealias PictureMethod = Perception.PictureMethod
/// What such a run has to say as it goes.
public typealias OptimizationEvent = Perception.OptimizationEvent
/// How far a picture has come.
public typealias OptimizationProgress = Perception.OptimizationProgress
/// What such a run did.
public typealias OptimizationSummary = Perception.OptimizationSummary
/// Why a picture cannot be made so.
public typealias OptimizationError = Perception.OptimizationError
/// What layers of VGG16 know of a picture.
public typealias Reconstruction = Perception.Reconstruction
/// A picture that shows more and more of what layers of VGG16 respond to.
public typealias Dream = Perception.Dream
/// What one iteration of painting by optimisation takes on this machine.
public typealias PaintingBenchmark = Perception.PaintingBenchmark
/// A style's network against optimising the pixels themselves.
public typealias NetworkComparison = Perception.NetworkComparison

extension NetworkComparison {
    public init(photo: String, painting: String, style: Style, figure: String, vgg: String) {
        self.init(photo: photo, painting: painting, model: style.model, figure: figure, vgg: vgg)
    }
}
