import COpenBLAS

@testable import Network
@testable import Perception

/// A batch of maps, N H W C, for layers written as their definitions read: what the fast ones are checked against.
struct ReferenceMap {
    var images: Int
    var height: Int
    var width: Int
    var channels: Int
    var values: [Double]

    init(_ images: Int, _ height: Int, _ width: Int, _ channels: Int, values: [Double]? = nil) {
        (self.images, self.height, self.width, self.channels) = (images, height, width, channels)
        self.values = values ?? [Double](repeating: 0, count: images * height * width * channels)
    }

    func index(_ n: Int, _ y: Int, _ x: Int, _ c: Int) -> Int { ((n * height + y) * width + x) * channels + c }

    subscript(_ n: Int, _ y: Int, _ x: Int, _ c: Int) -> Double {
        get { values[index(n, y, x, c)] }
        set { values[index(n, y, x, c)] = newValue }
    }
}

/// `y[o] = b[o] + sum w[o][i][ky][kx] x[i]`, with nearest enlargement and padding before it.
struct ReferenceConvolution {
    var shape: Convolution
    var padding: Padding
    var weights: [Double]
    var bias: [Double]

    func output(for x: ReferenceMap) -> ReferenceMap {
        ReferenceMap(
            x.images, x.height * shape.upsampling / shape.stride, x.width * shape.upsampling / shape.stride,
            shape.outputs)
    }

    /// Calls `body` with the places of every product: in y, in the weights, in x.
    private func forEachProduct(_ x: ReferenceMap, _ body: (_ y: Int, _ w: Int, _ x: Int) -> Void) {
        let y = output(for: x), k = shape.kernel
        for n in 0..<y.images {
            for oy in 0..<y.height {
                for ox in 0..<y.width {
                    for ky in 0..<k {
                        for kx in 0..<k {
                            guard let iy = source(oy * shape.stride + ky - k / 2, x.height),
                                let ix = source(ox * shape.stride + kx - k / 2, x.width)
                            else { continue }
                            for o in 0..<shape.outputs {
                                for i in 0..<shape.inputs {
                                    body(
                                        y.index(n, oy, ox, o), ((o * shape.inputs + i) * k + ky) * k + kx,
                                        x.index(n, iy, ix, i))
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    /// Where a coordinate of the enlarged, padded axis comes from.
    private func source(_ position: Int, _ length: Int) -> Int? {
        let enlarged = length * shape.upsampling
        if (0..<enlarged).contains(position) { return position / shape.upsampling }
        if padding == .zero { return nil }
        // Reflection; of an enlarged axis with its edge repeated.
        let edge = shape.upsampling > 1 ? 1 : 0
        return (position < 0 ? -edge - position : 2 * (enlarged - 1) + edge - position) / shape.upsampling
    }

    /// As one matrix product of all patches, so that difference quotients of whole networks are affordable; `backward` is
    /// written out product by product.
    func forward(_ x: ReferenceMap) -> ReferenceMap {
        var y = output(for: x)
        let k = shape.kernel, depth = shape.inputs * k * k, pixels = y.images * y.height * y.width
        for i in y.values.indices { y.values[i] = bias[i % shape.outputs] }
        var patches = [Double](repeating: 0, count: pixels * depth)
        for pixel in 0..<pixels {
            let (n, oy, ox) = (pixel / y.width / y.height, pixel / y.width % y.height, pixel % y.width)
            for ky in 0..<k {
                guard let iy = source(oy * shape.stride + ky - k / 2, x.height) else { continue }
                for kx in 0..<k {
                    guard let ix = source(ox * shape.stride + kx - k / 2, x.width) else { continue }
                    let from = x.index(n, iy, ix, 0), to = pixel * depth + ky * k + kx
                    for i in 0..<shape.inputs { patches[to + i * k * k] = x.values[from + i] }
                }
            }
        }
        ReferenceProduct.add(
            patches, weights, transposingSecond: true, m: pixels, n: shape.outputs, k: depth, to: &y.values)
        return y
    }

    func backward(_ x: ReferenceMap, dy: ReferenceMap) -> (dx: ReferenceMap, weights: [Double], bias: [Double]) {
        var dx = x, dw = weights.map { _ in 0.0 }, db = bias.map { _ in 0.0 }
        dx.values = x.values.map { _ in 0 }
        forEachProduct(x) {
            dx.values[$2] += weights[$1] * dy.values[$0]
            dw[$1] += x.values[$2] * dy.values[$0]
        }
        for i in dy.values.indices { db[i % shape.outputs] += dy.values[i] }
        return (dx, dw, db)
    }
}

/// Affine instance norm with biased variance.
struct ReferenceNorm {
    var scale: [Double]
    var offset: [Double]

    /// The places of one image's channel.
    private func plane(_ x: ReferenceMap, _ n: Int, _ c: Int) -> [Int] {
        (0..<x.height * x.width).map { (n * x.height * x.width + $0) * x.channels + c }
    }

    func forward(_ x: ReferenceMap) -> ReferenceMap {
        var y = x
        for n in 0..<x.images {
            for c in 0..<x.channels {
                let (mean, deviation) = moments(x, n, c)
                for i in plane(x, n, c) { y.values[i] = (x.values[i] - mean) / deviation * scale[c] + offset[c] }
            }
        }
        return y
    }

    private func moments(_ x: ReferenceMap, _ n: Int, _ c: Int) -> (mean: Double, deviation: Double) {
        let values = plane(x, n, c).map { x.values[$0] }, count = Double(values.count)
        let mean = values.reduce(0, +) / count
        return (mean, (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count + 1e-5).squareRoot())
    }

    func backward(_ x: ReferenceMap, dy: ReferenceMap) -> (dx: ReferenceMap, scale: [Double], offset: [Double]) {
        var dx = x, dScale = scale.map { _ in 0.0 }, dOffset = dScale
        for n in 0..<x.images {
            for c in 0..<x.channels {
                let (mean, deviation) = moments(x, n, c), at = plane(x, n, c), count = Double(at.count)
                let sum = at.reduce(0.0) { $0 + dy.values[$1] }
                let product = at.reduce(0.0) { $0 + dy.values[$1] * (x.values[$1] - mean) / deviation }
                dScale[c] += product
                dOffset[c] += sum
                for i in at {
                    dx.values[i] =
                        scale[c] / deviation
                        * (dy.values[i] - sum / count - (x.values[i] - mean) / deviation * product / count)
                }
            }
        }
        return (dx, dScale, dOffset)
    }
}

struct ReferencePooling {
    var pooling: Pooling

    private func block(_ x: ReferenceMap, _ n: Int, _ y: Int, _ xx: Int, _ c: Int) -> [Int] {
        [
            x.index(n, 2 * y, 2 * xx, c), x.index(n, 2 * y, 2 * xx + 1, c), x.index(n, 2 * y + 1, 2 * xx, c),
            x.index(n, 2 * y + 1, 2 * xx + 1, c),
        ]
    }

    func forward(_ x: ReferenceMap) -> ReferenceMap {
        var out = ReferenceMap(x.images, x.height / 2, x.width / 2, x.channels)
        for n in 0..<out.images {
            for y in 0..<out.height {
                for xx in 0..<out.width {
                    for c in 0..<out.channels {
                        let values = block(x, n, y, xx, c).map { x.values[$0] }
                        out[n, y, xx, c] = pooling == .max ? values.reduce(values[0], max) : values.reduce(0, +) / 4
                    }
                }
            }
        }
        return out
    }

    func backward(_ x: ReferenceMap, dy: ReferenceMap) -> ReferenceMap {
        var dx = ReferenceMap(x.images, x.height, x.width, x.channels)
        for n in 0..<dy.images {
            for y in 0..<dy.height {
                for xx in 0..<dy.width {
                    for c in 0..<dy.channels {
                        let at = block(x, n, y, xx, c), most = at.map { x.values[$0] }.reduce(-.infinity, max)
                        switch pooling {
                        case .average: for i in at { dx.values[i] += dy[n, y, xx, c] / 4 }
                        case .max:
                            if let i = at.first(where: { x.values[$0] == most }) { dx.values[i] += dy[n, y, xx, c] }
                        }
                    }
                }
            }
        }
        return dx
    }
}

/// The losses by their definitions, with their gradients.
enum ReferenceLoss {
    static func meanSquare(_ x: [Double], _ target: [Double]) -> (Double, [Double]) {
        let count = Double(x.count)
        return (
            zip(x, target).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / count,
            zip(x, target).map { 2 * ($0 - $1) / count }
        )
    }

    static func gram(_ x: ReferenceMap) -> [Double] {
        let pixels = x.height * x.width, square = x.channels * x.channels
        return (0..<x.images).flatMap { n in
            let map = Array(x.values[n * pixels * x.channels..<(n + 1) * pixels * x.channels])
            var gram = [Double](repeating: 0, count: square)
            ReferenceProduct.add(
                map, map, transposingFirst: true, m: x.channels, n: x.channels, k: pixels, to: &gram)
            return gram.map { $0 / Double(x.channels * pixels) }
        }
    }

    /// Mean squared difference of Gram matrices to one target for all images.
    static func style(_ x: ReferenceMap, target: [Double]) -> (Double, ReferenceMap) {
        let all = (0..<x.images).flatMap { _ in target }, (loss, slope) = meanSquare(gram(x), all)
        var dx = ReferenceMap(x.images, x.height, x.width, x.channels)
        let scale = Double(x.channels * x.height * x.width)
        for n in 0..<x.images {
            for y in 0..<x.height {
                for xx in 0..<x.width {
                    for a in 0..<x.channels {
                        for b in 0..<x.channels {
                            let s = slope[(n * x.channels + a) * x.channels + b] / scale
                            dx[n, y, xx, a] += s * x[n, y, xx, b]
                            dx[n, y, xx, b] += s * x[n, y, xx, a]
                        }
                    }
                }
            }
        }
        return (loss, dx)
    }

    /// The mean over channels, and over pixels that both views see, of (second(p) - first(motion(p)))^2, bilinear.
    static func views(_ x: ReferenceMap, _ motion: Motion) -> Double {
        var (sum, count) = (0.0, 0)
        for py in 0..<x.height {
            for px in 0..<x.width {
                let at = motion.apply(Double(px), Double(py))
                guard at.x >= 0, at.y >= 0, at.x <= Double(x.width - 1), at.y <= Double(x.height - 1) else { continue }
                let (sx, sy) = (min(Int(at.x), x.width - 2), min(Int(at.y), x.height - 2)),
                    (fx, fy) = (at.x - Double(sx), at.y - Double(sy))
                for c in 0..<x.channels {
                    let top = x[0, sy, sx, c] * (1 - fx) + x[0, sy, sx + 1, c] * fx
                    let bottom = x[0, sy + 1, sx, c] * (1 - fx) + x[0, sy + 1, sx + 1, c] * fx
                    let d = x[1, py, px, c] - (top * (1 - fy) + bottom * fy)
                    sum += d * d
                }
                count += x.channels
            }
        }
        return sum / Double(count)
    }

    static func totalVariation(_ x: ReferenceMap) -> (Double, ReferenceMap) {
        var dx = ReferenceMap(x.images, x.height, x.width, x.channels), loss = 0.0
        for (sy, sx) in [(1, 0), (0, 1)] {
            let count = Double(x.images * (x.height - sy) * (x.width - sx) * x.channels)
            for n in 0..<x.images {
                for y in sy..<x.height {
                    for xx in sx..<x.width {
                        for c in 0..<x.channels {
                            let d = x[n, y, xx, c] - x[n, y - sy, xx - sx, c]
                            loss += abs(d) / count
                            let slope = d > 0 ? 1 / count : d < 0 ? -1 / count : 0
                            dx[n, y, xx, c] += slope
                            dx[n, y - sy, xx - sx, c] -= slope
                        }
                    }
                }
            }
        }
        return (loss, dx)
    }
}

/// Matrix products in double precision.
enum ReferenceProduct {
    /// `c += a b`, all row by row; `a` is m x k (or k x m, transposed), `b` k x n (or n x k).
    static func add(
        _ a: [Double], _ b: [Double], transposingFirst: Bool = false, transposingSecond: Bool = false, m: Int, n: Int,
        k: Int, to c: inout [Double]
    ) {
        cblas_dgemm(
            CblasRowMajor, transposingFirst ? CblasTrans : CblasNoTrans, transposingSecond ? CblasTrans : CblasNoTrans,
            blasint(m), blasint(n), blasint(k), 1, a, blasint(transposingFirst ? m : k), b,
            blasint(transposingSecond ? k : n), 1, &c, blasint(n))
    }
}
