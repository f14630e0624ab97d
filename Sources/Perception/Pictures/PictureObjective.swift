/// A function of a picture's pixels that can be made small.
protocol PictureObjective: AnyObject {
    /// The losses of `picture` (one image, RGB 0…255, not clamped); sets `gradient` to their gradient.
    func evaluate(_ picture: Map, gradient: Map) -> Losses
}

/// The objective of Gatys et al. 2016: features of one picture, Gram matrices of others.
final class FeatureObjective: PictureObjective {
    private let weights: FeatureWeights
    private let style: StyleTarget
    private let network: VGG16Network
    private let grams: [VGG16Layer: GramMatrices]
    private var content: [VGG16Layer: Map] = [:]
    private let context: TrainingContext
    private let memory = MapMemory()

    /// - Parameters:
    ///   - photo: Where the content comes from.
    ///   - style: Gram matrices of every layer that `weights` names.
    init(
        _ weights: FeatureWeights, photo: Map, style: StyleTarget, vgg: VGG16Weights, pooling: Pooling,
        context: TrainingContext
    ) {
        self.weights = weights
        self.style = style
        self.context = context
        let network = VGG16Network(
            vgg, input: photo.shape, upTo: weights.last, pooling: pooling, passesGradient: true, context: context)
        self.network = network
        grams = Dictionary(
            uniqueKeysWithValues: weights.style.keys.map {
                ($0, GramMatrices(shape: network.feature($0).shape, context: context))
            })
        guard let last = weights.content.keys.max() else { return }
        network.forward(photo, upTo: last)
        for layer in weights.content.keys {
            let feature = network.feature(layer), kept = memory.map(feature.shape)
            kept.base.update(from: feature.base, count: feature.shape.count)
            content[layer] = kept
        }
    }

    func evaluate(_ picture: Map, gradient: Map) -> Losses {
        var losses = Losses()
        network.forward(picture)
        context.zero(gradient)
        losses.totalVariation = context.totalVariation(picture, weight: weights.totalVariation, gradient: gradient)
        losses.pixel = context.beyondRange(picture, weight: weights.range, gradient: gradient)
        network.backward(into: gradient) { layer, to in
            let feature = network.feature(layer)
            if let kept = content[layer], let weight = weights.content[layer] {
                losses.content += context.squaredDifference(feature, kept, weight: weight, gradient: to)
            }
            guard let gram = grams[layer], let weight = weights.style[layer], let target = style.grams[layer] else {
                return
            }
            losses.style += gram.loss(of: feature, target: target, weight: weight, gradient: to)
        }
        return losses
    }
}
