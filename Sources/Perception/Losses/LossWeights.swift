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
            throw .outOfRange(.lossWeight)
        }
    }
}
