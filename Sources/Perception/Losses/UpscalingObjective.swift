import Network

/// What an enlarged photo should come near to, and how much each counts.
public struct UpscalingWeights: Sendable, Hashable {
    /// The pixels' mean squared difference, levels of 0…255.
    public var pixel: Float
    /// The mean squared difference of VGG16's relu2_2.
    public var feature: Float

    public init(pixel: Float, feature: Float) {
        self.pixel = pixel
        self.feature = feature
    }

    /// Nothing but pixels: the most faithful picture, and the softest.
    public static let pixel = UpscalingWeights(pixel: 1, feature: 0)
    /// Features, held near the pixels: a crisper picture.
    public static let feature = UpscalingWeights(pixel: 1, feature: 1)

    /// - Throws: `TrainingError.outOfRange`.
    func check() throws(TrainingError) {
        for weight in [pixel, feature] where !(weight >= 0 && weight.isFinite) { throw .outOfRange(.lossWeight) }
    }
}

/// The losses of super-resolution of Johnson et al. 2016 on a batch of one extent.
final class UpscalingObjective: TrainingObjective {
    private static let layer = VGG16Layer.relu2_2
    private let weights: UpscalingWeights
    private let network: VGG16Network?
    private let wanted: Map?
    private let context: TrainingContext
    private let memory = MapMemory()

    /// - Parameters:
    ///   - vgg: Only read with a weight for features.
    ///   - output: Extent of the enlarged photos.
    init(_ weights: UpscalingWeights, vgg: VGG16Weights?, output: MapShape, context: TrainingContext) {
        self.weights = weights
        self.context = context
        network = vgg.map {
            VGG16Network(
                $0, input: output, upTo: Self.layer, pooling: .max, passesGradient: true, context: context)
        }
        wanted = network.map { [memory] in memory.map($0.feature(Self.layer).shape) }
    }

    func evaluate(_ output: Map, _ batch: Batch, gradient: Map) -> Losses {
        var losses = Losses()
        context.zero(gradient)
        guard let target = batch.target else { return losses }
        losses.pixel = context.squaredDifference(output, target, weight: weights.pixel, gradient: gradient)
        guard let network, let wanted else { return losses }
        network.forward(target)
        wanted.base.update(from: network.feature(Self.layer).base, count: wanted.shape.count)
        network.forward(output)
        network.backward(into: gradient) { layer, to in
            guard layer == Self.layer else { return }
            losses.content = context.squaredDifference(
                network.feature(layer), wanted, weight: weights.feature, gradient: to)
        }
        return losses
    }
}
