/// Gram matrices of feature maps, F^T F / (C H W) with F as (H W) x C, and the style loss between them.
final class GramMatrices {
    private static let lanes = 4
    let images: Int
    let channels: Int
    private let shape: MapShape
    private let context: TrainingContext
    private let memory = MapMemory()
    /// images x channels x channels.
    let values: UnsafeMutablePointer<Float>
    private let sums: UnsafeMutablePointer<Float>
    /// The loss's gradient with respect to a Gram matrix, packed as a right factor, an image after another.
    private let slopes: UnsafeMutablePointer<Float>
    /// Pixels of one product: a piece of the map that stays in the cache.
    private let run: Int

    private var matrix: Int { channels * channels }
    private var slopeCount: Int { RightMatrix.panelCount(depth: channels, columns: channels) }

    init(shape: MapShape, context: TrainingContext) {
        self.shape = shape
        self.context = context
        images = shape.images
        channels = shape.channels
        values = memory.floats(images * channels * channels)
        sums = memory.floats(Self.lanes * images * channels * channels)
        slopes = memory.floats(images * RightMatrix.panelCount(depth: channels, columns: channels))
        run = max(64, (64 << 10) / channels)
    }

    /// Floats that one for a map of `channels` holds, of one image.
    static func floats(channels: Int) -> Int {
        (1 + lanes) * channels * channels + RightMatrix.panelCount(depth: channels, columns: channels)
    }

    /// Fills `values` from a map of this extent.
    func compute(_ map: Map) {
        let (lanes, channels, matrix, run, sums, values) = (Self.lanes, channels, matrix, run, sums, values)
        let runs = (shape.pixels + run - 1) / run
        context.pool.run(images * lanes) { [context, shape] chunk, _ in
            let image = chunk / lanes, lane = chunk % lanes, sum = sums + chunk * matrix
            sum.update(repeating: 0, count: matrix)
            for piece in runs * lane / lanes..<runs * (lane + 1) / lanes {
                let first = piece * run, from = map.image(image) + first * channels
                // Symmetric: of each block of columns only the rows down to the diagonal.
                for column in stride(from: 0, to: channels, by: 64) {
                    let width = min(64, channels - column)
                    context.multiply(
                        ProductExtent(m: column + width, n: width, k: min(run, shape.pixels - first)),
                        LeftMatrix(base: from, row: 1, step: channels), .rows(from + column, row: channels),
                        into: sum + column,
                        row: channels, accumulate: true)
                }
            }
        }
        let scale = 1 / Float(channels * shape.pixels)
        context.pool.run(images) { image, _ in
            let to = values + image * matrix, from = sums + image * lanes * matrix
            for row in 0..<channels {
                for column in row..<channels {
                    var sum: Float = 0
                    for lane in 0..<lanes { sum += from[lane * matrix + row * channels + column] }
                    to[row * channels + column] = sum * scale
                    to[column * channels + row] = sum * scale
                }
            }
        }
    }

    /// `weight` times the mean squared difference to `target` (channels x channels) over all images.
    ///
    /// Prepares `addGradient`.
    func loss(target: UnsafePointer<Float>, weight: Float) -> Double {
        let (channels, matrix, values, slopes, slopeCount) = (channels, matrix, values, slopes, slopeCount)
        var total = 0.0
        // d loss / dF = F (dG + dG^T) / (C H W), and dG is symmetric.
        let slope = 4 * weight / Float(images * matrix) / Float(channels * shape.pixels)
        for image in 0..<images {
            let gram = values + image * matrix, to = slopes + image * slopeCount
            for row in 0..<channels {
                for column in 0..<channels {
                    let difference = gram[row * channels + column] - target[row * channels + column]
                    total += Double(difference) * Double(difference)
                    to[column / 32 * 32 * channels + row * 32 + column % 32] = difference * slope
                }
            }
        }
        return Double(weight) * total / Double(images * matrix)
    }

    /// `weight` times the style loss of `map` against a Gram matrix of its layer; adds its gradient to `gradient`.
    func loss(of map: Map, target: [Float], weight: Float, gradient: Map) -> Double {
        compute(map)
        let result = target.withUnsafeBufferPointer { target in
            target.baseAddress.map { self.loss(target: $0, weight: weight) } ?? 0
        }
        addGradient(map, to: gradient)
        return result
    }

    /// Adds the gradient of the last `loss` with respect to `map` to `gradient`.
    func addGradient(_ map: Map, to gradient: Map) {
        let (channels, slopes, slopeCount) = (channels, slopes, slopeCount)
        context.forEachStrip(images: images, rows: shape.height, height: max(1, 256 / shape.width)) {
            [context] image, rows, _ in
            context.multiply(
                ProductExtent(m: rows.count * map.shape.width, n: channels, k: channels),
                LeftMatrix(base: map.row(image, rows.lowerBound), row: channels),
                .panels(slopes + image * slopeCount, depth: channels), into: gradient.row(image, rows.lowerBound),
                row: channels,
                accumulate: true)
        }
    }
}
