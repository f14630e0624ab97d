import Network

/// How far the light and dark of a painting are from following those of its photo.
///
/// VGG16's features tell outlines and strokes, and little of how light a place without any is: of a white sky and a black wall a
/// network may make the same grey. Compared are means of blocks, by Pearson's correlation: how light the whole is, and how strong
/// its contrast, stays the style's own.
struct ToneLoss {
    private static let block = 16
    private let columns: Int
    private let rows: Int
    private let context: TrainingContext

    /// - Parameter input: The batch's extent.
    init(input: MapShape, context: TrainingContext) {
        columns = input.width / Self.block
        rows = input.height / Self.block
        self.context = context
    }

    /// `weight` times what the correlation of luminances lacks to the most it can be, averaged over the images: 0 to 2. Adds its
    /// gradient with respect to `painting` to `gradient`.
    func evaluate(_ painting: Map, of photos: Map, weight: Float, gradient: Map) -> Double {
        let images = painting.shape.images, share = weight / Float(images)
        var lacks = [Double](repeating: 0, count: images)
        lacks.withUnsafeMutableBufferPointer { lacks in
            guard let lacks = lacks.baseAddress else { return }
            context.pool.run(images) { [self] image, _ in
                let photo = deviations(photos, image), own = deviations(painting, image)
                let (photoNorm, norm) = (Self.norm(photo), Self.norm(own))
                let correlation = zip(photo, own).reduce(0) { $0 + $1.0 * $1.1 } / (photoNorm * norm)
                lacks[image] = Double(photo.reduce(0) { $0 + $1 * $1 }.squareRoot() / photoNorm - correlation)
                add(zip(photo, own).map { share * (correlation * $1 / norm - $0 / photoNorm) / norm }, to: gradient, image)
            }
        }
        return Double(share) * lacks.reduce(0, +)
    }

    /// A root of the sum of squares that is never 0: as if every block had a level of deviation more.
    private static func norm(_ deviations: [Float]) -> Float {
        deviations.reduce(Float(deviations.count)) { $0 + $1 * $1 }.squareRoot()
    }

    /// Mean luminance of each block, in levels from their mean.
    private func deviations(_ map: Map, _ image: Int) -> [Float] {
        let block = Self.block
        var means = [Float](repeating: 0, count: columns * rows)
        for y in 0..<rows * block {
            let line = map.row(image, y)
            for x in 0..<columns * block {
                means[y / block * columns + x / block] += SIMD3(line + 3 * x).luminance / Float(block * block)
            }
        }
        let mean = means.reduce(0, +) / Float(means.count)
        return means.map { $0 - mean }
    }

    /// Adds what every block's mean has for a slope to its pixels. The slopes' sum is 0: the mean of all is free.
    private func add(_ slopes: [Float], to gradient: Map, _ image: Int) {
        let block = Self.block, luma = SIMD3<Float>.luma
        for y in 0..<rows * block {
            let line = gradient.row(image, y)
            for x in 0..<columns * block {
                let slope = slopes[y / block * columns + x / block] / Float(block * block)
                for c in 0..<3 { line[3 * x + c] += slope * luma[c] }
            }
        }
    }
}
