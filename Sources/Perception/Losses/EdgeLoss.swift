import Network

/// How far the edges of a painting differ in colour from what the network paints there when it sees further.
///
/// A network knows an edge by its padding, and can put there what colours its painting lacks: a frame, in every picture, for
/// which no other loss blames it. What it paints with more of the scene in view is its own answer without one. Compared are
/// means of blocks: where in them a stroke falls is free.
final class EdgeLoss {
    /// By how many pixels the wider view reaches further, and how wide the edges are that are compared: the frames seen.
    static let reach = 32
    private static let block = 8

    private let network: TransformNetwork
    /// The top left pixels of the blocks that are compared.
    private let places: [(y: Int, x: Int)]

    /// - Parameters:
    ///   - input: The batch's extent.
    ///   - parameters: Of the network that is trained.
    init(architecture: Architecture, input: MapShape, parameters: ParameterStore, context: TrainingContext) {
        network = TransformNetwork(
            architecture: architecture, input: Self.wide(input), parameters: parameters, context: context)
        func isEdge(_ start: Int, of length: Int) -> Bool {
            start < Self.reach || start >= length / Self.block * Self.block - Self.reach
        }
        func starts(_ length: Int) -> [Int] { (0..<length / Self.block).map { $0 * Self.block } }
        places = starts(input.height).flatMap { y in
            starts(input.width).filter { isEdge(y, of: input.height) || isEdge($0, of: input.width) }.map { (y, $0) }
        }
    }

    /// The extent of a batch's wider view: of its first image alone.
    static func wide(_ input: MapShape) -> MapShape {
        MapShape(
            images: 1, height: input.height + 2 * reach, width: input.width + 2 * reach, channels: input.channels)
    }

    /// `weight` times the mean squared difference of block means, in levels, over the first image's edges. Adds its gradient
    /// with respect to `painting` to `gradient`; the wider view is taken as given.
    func evaluate(_ painting: Map, wide: Map, weight: Float, gradient: Map) -> Double {
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
