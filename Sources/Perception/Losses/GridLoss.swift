import Glibc

/// What a network's own grid leaves in a painting: waves of 2 and 4 pixels that all its rows, or all its columns, have in step.
///
/// A network that works at a quarter of the sides and doubles its maps twice paints a ramp as stairs of that length (Odena et
/// al. 2016, distill.pub/2016/deconv-checkerboard). Strokes begin anywhere and go out in the mean of all rows.
struct GridLoss {
    private let context: TrainingContext
    private let across: [[Float]]
    private let down: [[Float]]

    /// - Parameter input: The batch's extent.
    init(input: MapShape, context: TrainingContext) {
        self.context = context
        across = Self.waves(input.width)
        down = Self.waves(input.height)
    }

    /// `weight` times the squared amplitude of the waves, in levels of luminance, summed over periods and directions and
    /// averaged over the images. Adds its gradient to `gradient`.
    func evaluate(_ x: Map, weight: Float, gradient: Map) -> Double {
        let shape = x.shape, luma = SIMD3<Float>.luma, share = weight / Float(shape.images)
        var sums = [Double](repeating: 0, count: shape.images)
        sums.withUnsafeMutableBufferPointer { sums in
            guard let sums = sums.baseAddress else { return }
            context.pool.run(shape.images) { [across, down] image, _ in
                var columns = [Float](repeating: 0, count: shape.width), rows = [Float](repeating: 0, count: shape.height)
                for y in 0..<shape.height {
                    let at = x.row(image, y)
                    for i in 0..<shape.width {
                        let level = luma[0] * at[3 * i] + luma[1] * at[3 * i + 1] + luma[2] * at[3 * i + 2]
                        columns[i] += level / Float(shape.height)
                        rows[y] += level / Float(shape.width)
                    }
                }
                sums[image] = Self.energy(&columns, across) + Self.energy(&rows, down)
                for y in 0..<shape.height {
                    let to = gradient.row(image, y)
                    for i in 0..<shape.width {
                        let slope = share * (columns[i] / Float(shape.height) + rows[y] / Float(shape.width))
                        for c in 0..<3 { to[3 * i + c] += slope * luma[c] }
                    }
                }
            }
        }
        return Double(share) * sums.reduce(0, +)
    }

    /// Under a Hann window, which keeps what is no wave of theirs out: the parts of period 4 in two phases and that of 2. Their
    /// products with a wave of amplitude 1 have squares that add up to 1.
    private static func waves(_ count: Int) -> [[Float]] {
        let window = (0..<count).map { 0.5 - 0.5 * cos(2 * Double.pi * (Double($0) + 0.5) / Double(count)) }
        let sum = window.reduce(0, +)
        func wave(_ levels: [Double], _ scale: Double) -> [Float] {
            window.enumerated().map { Float($1 * levels[$0 % levels.count] * scale / sum) }
        }
        return [wave([1, 0, -1, 0], 2), wave([0, 1, 0, -1], 2), wave([1, -1], 1)]
    }

    /// The squares of `means`' products with the waves; `means` becomes the gradient of their sum.
    private static func energy(_ means: inout [Float], _ waves: [[Float]]) -> Double {
        var sum = 0.0, slope = [Float](repeating: 0, count: means.count)
        for wave in waves {
            let product = zip(means, wave).reduce(Float(0)) { $0 + $1.0 * $1.1 }
            sum += Double(product) * Double(product)
            for i in slope.indices { slope[i] += 2 * product * wave[i] }
        }
        means = slope
        return sum
    }
}
