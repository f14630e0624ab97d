import Network

/// How far the edges of a painting differ in colour from what the network paints there when the picture goes on.
///
/// A network knows an edge by the padding of its layers, and can put there what colours its painting lacks: a frame, in every
/// picture, for which no other loss blames it. What it paints of the same picture mirrored beyond its edges is its own answer
/// without one. Compared are means of blocks: where in them a stroke falls is free.
final class EdgeLoss {
    /// How far the picture goes on, and how wide the edges are that are compared, in pixels: the frames seen.
    static let reach = 32
    private static let block = 8

    private let network: TransformNetwork
    private let mirror: PaddedStrips
    private let wide: Map
    private let memory = MapMemory()
    /// The top left pixels of the blocks that are compared.
    private let places: [(y: Int, x: Int)]

    /// - Parameters:
    ///   - input: The batch's extent.
    ///   - parameters: Of the network that is trained.
    init(architecture: Architecture, input: MapShape, parameters: ParameterStore, context: TrainingContext) {
        let shape = MapShape(
            images: 1, height: input.height + 2 * Self.reach, width: input.width + 2 * Self.reach, channels: input.channels)
        network = TransformNetwork(architecture: architecture, input: shape, parameters: parameters, context: context)
        mirror = PaddedStrips(map: input, border: Self.reach, padding: .reflection, context: context)
        wide = memory.map(shape)
        func isEdge(_ start: Int, of length: Int) -> Bool {
            start < Self.reach || start >= length / Self.block * Self.block - Self.reach
        }
        func starts(_ length: Int) -> [Int] { (0..<length / Self.block).map { $0 * Self.block } }
        places = starts(input.height).flatMap { y in
            starts(input.width).filter { isEdge(y, of: input.height) || isEdge($0, of: input.width) }.map { (y, $0) }
        }
    }

    /// `weight` times the mean squared difference of block means, in levels, over the first image's edges. Adds its gradient
    /// with respect to `painting` to `gradient`; what it is compared with is taken as given.
    func evaluate(_ painting: Map, of photos: Map, weight: Float, gradient: Map) -> Double {
        mirror.gather(photos.image(0), rows: 0..<mirror.height, to: wide.base)
        network.forward(wide)
        let answer = network.output, (block, reach) = (Self.block, Self.reach)
        let share = weight / Float(places.count * 3)
        var sum = 0.0
        for (y, x) in places {
            var difference = SIMD3<Float>.zero
            for line in y..<y + block {
                let own = painting.row(0, line) + 3 * x, other = answer.row(0, line + reach) + 3 * (x + reach)
                for i in 0..<3 * block { difference[i % 3] += own[i] - other[i] }
            }
            difference /= Float(block * block)
            sum += Double((difference * difference).sum())
            let slope = difference * (2 * share / Float(block * block))
            for line in y..<y + block {
                let to = gradient.row(0, line) + 3 * x
                for i in 0..<3 * block { to[i] += slope[i % 3] }
            }
        }
        return Double(share) * sum
    }
}
