import Glibc
import Network

/// The luma of a picture by the super-resolution papers' convention: ITU-R BT.601, 16…235, not rounded.
struct Luma {
    let width: Int
    let height: Int
    /// Height x width.
    var values: [Float]

    init(_ picture: PixelBuffer) {
        (width, height) = (picture.width, picture.height)
        values = []
        values.reserveCapacity(width * height)
        for y in 0..<height {
            let row = picture.row(y)
            for x in 0..<width {
                let (r, g, b) = (Float(row[3 * x]), Float(row[3 * x + 1]), Float(row[3 * x + 2]))
                values.append(16 + (65.481 * r + 128.553 * g + 24.966 * b) / 255)
            }
        }
    }

    /// Without `border` pixels at each edge.
    init(_ picture: PixelBuffer, croppingBorder border: Int) {
        let whole = Luma(picture)
        (width, height) = (whole.width - 2 * border, whole.height - 2 * border)
        values = []
        for y in border..<border + max(0, height) {
            values += whole.values[y * whole.width + border..<y * whole.width + border + max(0, width)]
        }
    }

    /// Peak signal to noise ratio in dB, the peak being 255; infinite for equal pictures.
    func psnr(to other: Luma) -> Double { 10 * log10(255 * 255 / meanSquaredDifference(to: other)) }

    func meanSquaredDifference(to other: Luma) -> Double {
        zip(values, other.values).reduce(0.0) { $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1) } / Double(values.count)
    }

    /// Structural similarity (Wang et al. 2004): a Gaussian window of 11x11 with a deviation of 1.5, only where it lies
    /// within the picture, K = (0.01, 0.03), L = 255. Both sides must be 11 or more.
    func ssim(to other: Luma) -> Double {
        let products = { (a: [Float], b: [Float]) in zip(a, b).map { $0 * $1 } }
        let (a, b) = (blurred(values), blurred(other.values))
        let (aa, bb) = (blurred(products(values, values)), blurred(products(other.values, other.values)))
        let ab = blurred(products(values, other.values))
        let (c1, c2) = (Float(0.01 * 255 * 0.01 * 255), Float(0.03 * 255 * 0.03 * 255))
        var sum = 0.0
        for i in a.indices {
            let (m, n) = (a[i], b[i])
            let covariance = ab[i] - m * n, variances = aa[i] - m * m + bb[i] - n * n
            sum += Double((2 * m * n + c1) * (2 * covariance + c2) / ((m * m + n * n + c1) * (variances + c2)))
        }
        return sum / Double(a.count)
    }

    private static let window: [Float] = {
        let raw = (-5...5).map { exp(-Float($0 * $0) / (2 * 1.5 * 1.5)) }
        return raw.map { $0 / raw.reduce(0, +) }
    }()

    /// (height - 10) x (width - 10).
    private func blurred(_ plane: [Float]) -> [Float] {
        let window = Self.window, (w, h) = (width - 10, height - 10)
        guard w > 0, h > 0 else { return [] }
        var lines = [Float](repeating: 0, count: height * w), result = [Float](repeating: 0, count: h * w)
        for y in 0..<height {
            for x in 0..<w {
                var sum: Float = 0
                for k in 0..<11 { sum += window[k] * plane[y * width + x + k] }
                lines[y * w + x] = sum
            }
        }
        for y in 0..<h {
            for x in 0..<w {
                var sum: Float = 0
                for k in 0..<11 { sum += window[k] * lines[(y + k) * w + x] }
                result[y * w + x] = sum
            }
        }
        return result
    }
}
