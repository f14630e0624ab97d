/// What a painting should keep of the photo and take from the style, and how much each counts.
public struct LossWeights: Sendable, Hashable {
    public var content: Float
    public var style: Float
    public var totalVariation: Float
    /// 0 for none: then every crop of a batch shows another photo, and what is painted may flicker.
    public var temporal: Float
    /// Against waves of the network's own grid; above 0, some of the crops are smooth ramps, where they show.
    public var grid: Float
    /// Against a frame of another colour; 0 for none.
    public var edge: Float
    /// For light and dark where the photo has them; 0 for none.
    public var tone: Float
    public var contentLayer: VGG16Layer
    public var styleLayers: [VGG16Layer]

    public init(
        content: Float = 1, style: Float = 8, totalVariation: Float = 0.05, temporal: Float = 2, grid: Float = 100_000,
        edge: Float = 0, tone: Float = 0,
        contentLayer: VGG16Layer = .relu2_2,
        styleLayers: [VGG16Layer] = [.relu1_2, .relu2_2, .relu3_3, .relu4_3]
    ) {
        self.content = content
        self.style = style
        self.totalVariation = totalVariation
        self.temporal = temporal
        self.grid = grid
        self.edge = edge
        self.tone = tone
        self.contentLayer = contentLayer
        self.styleLayers = styleLayers
    }

    /// What a picture is worth by itself: without what a network alone can be blamed for.
    var ofOnePicture: LossWeights {
        var weights = self
        (weights.temporal, weights.grid, weights.edge, weights.tone) = (0, 0, 0, 0)
        return weights
    }

    /// The deepest layer that any of them looks at.
    var last: VGG16Layer { styleLayers.reduce(contentLayer, max) }

    /// - Throws: `TrainingError.outOfRange`.
    func check() throws(TrainingError) {
        for weight in [content, style, totalVariation, temporal, grid, edge, tone] where !(weight >= 0 && weight.isFinite) {
            throw .outOfRange("a weight of a loss", "0 or more")
        }
    }
}

/// The terms of the objective, each with its weight.
public struct Losses: Sendable, Hashable {
    public var content = 0.0
    public var style = 0.0
    public var totalVariation = 0.0
    public var temporal = 0.0
    public var grid = 0.0
    public var edge = 0.0
    public var tone = 0.0
    /// The mean squared difference to what another network paints, in the steps that imitate it.
    public var imitation = 0.0
    /// Of an upscaler: to the pixels of the photo it must make. Of a picture being optimised: what lies beyond 0…255.
    public var pixel = 0.0
    public var total: Double { content + style + totalVariation + temporal + grid + edge + tone + imitation + pixel }

    /// Adds `share` times another's terms.
    mutating func add(_ other: Losses, share: Double) {
        content += other.content * share
        style += other.style * share
        totalVariation += other.totalVariation * share
        temporal += other.temporal * share
        grid += other.grid * share
        edge += other.edge * share
        tone += other.tone * share
        imitation += other.imitation * share
        pixel += other.pixel * share
    }
}

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
                let scale = painting.shape.width / feature.shape.width
                losses.temporal += temporal.features(
                    feature, batch.pairs, scale: scale, weight: weights.temporal, gradient: to)
            }
            guard let gram = grams[layer], let target = styles[batch.style].grams[layer] else { return }
            losses.style += gram.loss(of: feature, target: target, weight: weights.style, gradient: to)
        }
        return losses
    }
}
