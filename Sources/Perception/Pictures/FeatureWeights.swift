/// What a picture should have of others, as VGG16 sees them, and how much each part counts.
public struct FeatureWeights: Sendable, Hashable {
    /// Mean squared difference to the photo's features.
    public var content: [VGG16Layer: Float]
    /// Mean squared difference to the painting's Gram matrices.
    public var style: [VGG16Layer: Float]
    /// Mean absolute difference of neighbouring pixels.
    public var totalVariation: Float
    /// Mean square of what lies beyond 0…255. Without it bright places go on and on, and come out as white holes.
    public var range: Float

    /// By default the layers of Gatys et al. 2016.
    public init(
        content: [VGG16Layer: Float] = [.relu4_2: 1],
        style: [VGG16Layer: Float] = .init(
            uniqueKeysWithValues: [.relu1_1, .relu2_1, .relu3_1, .relu4_1, .relu5_1].map { ($0, 100) }),
        totalVariation: Float = 40, range: Float = 10
    ) {
        self.content = content
        self.style = style
        self.totalVariation = totalVariation
        self.range = range
    }

    /// What training minimises, of it what one picture is worth by itself: without its temporal, grid, edge and tone parts.
    public init(_ weights: LossWeights) {
        content = [weights.contentLayer: weights.content]
        style = Dictionary(weights.styleLayers.map { ($0, weights.style) }) { first, _ in first }
        totalVariation = weights.totalVariation
        range = 10
    }

    /// The deepest layer that any of them looks at.
    var last: VGG16Layer { ([.relu1_1] + content.keys + style.keys).max() ?? .relu1_1 }

    /// - Throws: `OptimizationError.outOfRange`.
    func check() throws(OptimizationError) {
        for weight in Array(content.values) + Array(style.values) + [totalVariation, range]
        where !Requirement.featureWeights.contains(weight) {
            throw .outOfRange(.featureWeight)
        }
    }
}
