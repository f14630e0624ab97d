import Network

/// Scales RGB pictures as the super-resolution papers do, so that figures can be compared: the cubic kernel with a = -1/2
/// (Keys 1981), widened by the scale when the picture gets smaller, edges continued by mirroring. This is what MATLAB's
/// `imresize` computes; its steps are kept in float here.
struct BicubicScaler: Sendable {
    /// One axis: for every output the sources and their weights.
    private struct Axis: Sendable {
        let taps: Int
        /// Output x taps.
        let sources: [Int]
        let weights: [Float]

        init(from length: Int, to count: Int) {
            let scale = Double(count) / Double(length), width = 4 / min(1, scale)
            taps = Int(width.rounded(.up)) + 2
            var sources: [Int] = [], weights: [Float] = []
            for i in 0..<count {
                let centre = (Double(i) + 0.5) / scale - 0.5
                let first = Int((centre - width / 2).rounded(.down))
                let raw = (first..<first + taps).map { Self.cubic((centre - Double($0)) * min(1, scale)) }
                let sum = raw.reduce(0, +)
                weights += raw.map { Float($0 / sum) }
                sources += (first..<first + taps).map { Self.mirrored($0, length) }
            }
            self.sources = sources
            self.weights = weights
        }

        private static func cubic(_ x: Double) -> Double {
            let x = abs(x)
            if x <= 1 { return (1.5 * x - 2.5) * x * x + 1 }
            return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0
        }

        /// The ends are repeated, as in d c b a | a b c d | d c b a.
        private static func mirrored(_ i: Int, _ n: Int) -> Int {
            let folded = (i % (2 * n) + 2 * n) % (2 * n)
            return folded < n ? folded : 2 * n - 1 - folded
        }
    }

    private let from: (width: Int, height: Int)
    private let to: (width: Int, height: Int)
    private let columns: Axis
    private let rows: Axis

    init(from: (Int, Int), to: (Int, Int)) {
        self.from = from
        self.to = to
        columns = Axis(from: from.0, to: to.0)
        rows = Axis(from: from.1, to: to.1)
    }

    /// - Parameters:
    ///   - picture: height x width x 3.
    ///   - result: The same of the other size.
    func scale(_ picture: UnsafePointer<Float>, into result: UnsafeMutablePointer<Float>) {
        let rowCount = 3 * from.width
        var line = [Float](repeating: 0, count: rowCount)
        for y in 0..<to.height {
            for i in 0..<rowCount { line[i] = 0 }
            for t in y * rows.taps..<(y + 1) * rows.taps where rows.weights[t] != 0 {
                let source = picture + rows.sources[t] * rowCount, weight = rows.weights[t]
                for i in 0..<rowCount { line[i] += weight * source[i] }
            }
            let target = result + y * 3 * to.width
            for x in 0..<to.width {
                var sum = SIMD3<Float>()
                for t in x * columns.taps..<(x + 1) * columns.taps {
                    let at = 3 * columns.sources[t]
                    sum += columns.weights[t] * SIMD3(line[at], line[at + 1], line[at + 2])
                }
                for c in 0..<3 { target[3 * x + c] = sum[c] }
            }
        }
    }

    /// `scale`, rounded and clamped as a picture file would hold it.
    func scaleToBytes(_ picture: UnsafePointer<Float>, into result: UnsafeMutablePointer<Float>) {
        scale(picture, into: result)
        for i in 0..<3 * to.width * to.height { result[i] = min(255, max(0, result[i].rounded())) }
    }
}

extension PixelBuffer {
    /// Scaled by `BicubicScaler`.
    func bicubic(width: Int, height: Int) -> PixelBuffer {
        let memory = MapMemory(), result = PixelBuffer(width: width, height: height)
        let from = memory.map(MapShape(images: 1, height: self.height, width: self.width, channels: 3))
        let to = memory.map(MapShape(images: 1, height: height, width: width, channels: 3))
        copyCrop(x: 0, y: 0, to: from, image: 0)
        BicubicScaler(from: (self.width, self.height), to: (width, height)).scale(from.base, into: to.base)
        result.fill(from: to)
        return result
    }
}
