import Network

/// What another objective says of the inside of a painting: its edges nobody judges.
///
/// VGG pads with zeros, so what it sees near an edge is like no painting, and a network that knows an edge by its own padding
/// learns to make up for that there. See `EdgeLoss` for what does judge them.
final class InteriorObjective: TrainingObjective {
    /// Pixels at each edge, a multiple of 4.
    private static let margin = 16

    private let objective: any TrainingObjective
    private let memory = MapMemory()
    private let painting: Map
    private let photos: Map
    private let gradient: Map
    /// Images x height x width of the inside, one a pair of views.
    private let brightenings: UnsafeMutablePointer<Float>

    /// - Parameters:
    ///   - input: The batch's extent.
    ///   - objective: What judges a batch of the extent that remains.
    init(input: MapShape, objective: (MapShape) -> any TrainingObjective) {
        let margin = Self.margin
        let inside = MapShape(
            images: input.images, height: input.height - 2 * margin, width: input.width - 2 * margin,
            channels: input.channels)
        self.objective = objective(inside)
        painting = memory.map(inside)
        photos = memory.map(inside)
        gradient = memory.map(inside)
        brightenings = memory.floats(input.images / 2 * inside.pixels)
    }

    func evaluate(_ output: Map, _ batch: Batch, gradient: Map) -> Losses {
        let margin = Self.margin
        output.copyInside(margin, to: painting)
        batch.photos.copyInside(margin, to: photos)
        let shape = photos.shape
        let pairs = batch.pairs.enumerated().map { index, pair in
            let to = brightenings + index * shape.pixels
            for y in 0..<shape.height {
                let from = pair.brightening + (y + margin) * output.shape.width + margin
                (to + y * shape.width).update(from: from, count: shape.width)
            }
            return ViewPair(
                first: pair.first, second: pair.second, motion: pair.motion.within(margin: margin), brightening: to)
        }
        let losses = objective.evaluate(
            painting, Batch(photos: photos, pairs: pairs, style: batch.style), gradient: self.gradient)
        gradient.fill(0)
        self.gradient.copyOutside(margin, to: gradient)
        return losses
    }
}

extension Map {
    /// Copies what is `margin` pixels from the edges to `map`, which has that extent.
    fileprivate func copyInside(_ margin: Int, to map: Map) {
        for image in 0..<shape.images {
            for y in 0..<map.shape.height {
                map.row(image, y).update(
                    from: row(image, y + margin) + margin * shape.channels, count: map.shape.rowCount)
            }
        }
    }

    /// Copies this map to where it is `margin` pixels from the edges of `map`.
    fileprivate func copyOutside(_ margin: Int, to map: Map) {
        for image in 0..<shape.images {
            for y in 0..<shape.height {
                (map.row(image, y + margin) + margin * shape.channels).update(from: row(image, y), count: shape.rowCount)
            }
        }
    }
}
