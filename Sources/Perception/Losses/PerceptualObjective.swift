/// The perceptual objective of Johnson et al. 2016 on a batch of one extent, with its gradient.
final class PerceptualObjective: TrainingObjective {
    private let weights: LossWeights
    /// One a painting, of which a batch says whose turn it is.
    private let styles: [StyleTarget]
    private let network: VGG16Network
    private let grams: [VGG16Layer: GramMatrices]
    private let content: Map
    private let temporal: TemporalLoss
    private let grid: GridLoss
    private let tone: ToneLoss
    private let context: TrainingContext
    private let memory = MapMemory()

    init(
        _ weights: LossWeights, styles: [StyleTarget], vgg: VGG16Weights, pooling: Pooling, input: MapShape,
        context: TrainingContext
    ) {
        self.weights = weights
        self.styles = styles
        self.context = context
        let network = VGG16Network(
            vgg, input: input, upTo: weights.last, pooling: pooling, passesGradient: true, context: context)
        self.network = network
        grams = weights.styleLayers.reduce(into: [:]) {
            $0[$1] = GramMatrices(shape: network.feature($1).shape, context: context)
        }
        temporal = TemporalLoss(input: input, context: context)
        grid = GridLoss(input: input, context: context)
        tone = ToneLoss(input: input, context: context)
        content = memory.map(network.feature(weights.contentLayer).shape)
    }

    func evaluate(_ painting: Map, _ batch: Batch, gradient: Map) -> Losses {
        var losses = Losses()
        network.forward(batch.photos, upTo: weights.contentLayer)
        content.base.update(from: network.feature(weights.contentLayer).base, count: content.shape.count)
        network.forward(painting)
        context.zero(gradient)
        losses.totalVariation = context.totalVariation(painting, weight: weights.totalVariation, gradient: gradient)
        if weights.grid > 0 {
            losses.grid = grid.evaluate(painting, weight: weights.grid, gradient: gradient)
        }
        if weights.tone > 0 {
            losses.tone = tone.evaluate(painting, of: batch.photos, weight: weights.tone, gradient: gradient)
        }
        if weights.temporal > 0 {
            losses.temporal = temporal.luminance(painting, batch.pairs, weight: weights.temporal, gradient: gradient)
        }
        network.backward(into: gradient) { layer, to in
            let feature = network.feature(layer)
            if layer == weights.contentLayer {
                losses.content = context.squaredDifference(feature, content, weight: weights.content, gradient: to)
            }
            if layer == weights.contentLayer, weights.temporal > 0 {
                // A pooling between one block and the next halves the sides, rounding down.
                losses.temporal += temporal.features(
                    feature, batch.pairs, scale: 1 << (layer.block - 1), weight: weights.temporal, gradient: to)
            }
            guard let gram = grams[layer], let target = styles[batch.style].grams[layer] else { return }
            losses.style += gram.loss(of: feature, target: target, weight: weights.style, gradient: to)
        }
        return losses
    }
}
