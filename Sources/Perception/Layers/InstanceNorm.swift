import CKernels
import Network

/// Instance norm, affine, over the pixels of every image: eps 1e-5, biased variance. Optionally with a ReLU after it
/// and a map added after that. As when painting, `NoiseFloor` says what counts as variance.
final class InstanceNorm {
    private let shape: MapShape
    private let context: TrainingContext
    private let memory = MapMemory()
    /// Learnt, `channels` each; surplus channels stay at 0.
    private let scale: UnsafeMutablePointer<Float>
    private let offset: UnsafeMutablePointer<Float>
    /// Per image and channel. `inverse` is 1 / sqrt(variance + epsilon), less what the noise floor takes.
    private let mean: UnsafeMutablePointer<Float>
    private let inverse: UnsafeMutablePointer<Float>
    /// Factors of the pass over the pixels, per image and channel.
    private let factors: UnsafeMutablePointer<Float>
    /// Two sums a channel for every strip.
    private var sums: [Double] = []
    private let stripRows: Int

    private var channels: Int { shape.channels }
    private var strips: Int { Stripes(of: shape.height, rows: stripRows).count }

    init(shape: MapShape, context: TrainingContext) {
        self.shape = shape
        self.context = context
        stripRows = (shape.height + 15) / 16
        scale = memory.floats(shape.channels)
        offset = memory.floats(shape.channels)
        mean = memory.floats(shape.images * shape.channels)
        inverse = memory.floats(shape.images * shape.channels)
        factors = memory.floats(3 * shape.images * shape.channels)
        sums = [Double](repeating: 0, count: shape.images * strips * 2 * shape.channels)
    }

    /// Takes `used` values of each; the rest of the stored channels are surplus.
    func load(scale: UnsafePointer<Float>, offset: UnsafePointer<Float>, used: Int) {
        self.scale.update(from: scale, count: used)
        self.offset.update(from: offset, count: used)
    }

    /// y = ReLU?(norm(x)) + add?
    func forward(_ x: Map, relu: Bool, add: Map? = nil, into y: Map) {
        let channels = channels, images = x.shape.images
        sumStrips(images: images) { [context] image, rows, sum, square in
            context.kernels.moments(
                x.row(image, rows.lowerBound), x.image(image), Int64(rows.count * x.shape.width), Int32(channels), sum,
                square)
        }
        let (a, b) = (factors, factors + shape.images * channels)
        for image in 0..<images {
            var meanSquare = 0.0
            for c in 0..<channels {
                meanSquare += moments(x, image, c).meanSquare / Double(channels)
            }
            for c in 0..<channels {
                let moments = moments(x, image, c), at = image * channels + c
                mean[at] = Float(moments.mean)
                inverse[at] = Float(NoiseFloor.float32.factor(1, moments, meanSquare: meanSquare))
                a[at] = scale[c] * inverse[at]
                b[at] = offset[c] - mean[at] * a[at]
            }
        }
        context.forEachStrip(images: images, rows: shape.height, height: stripRows) { [context] image, rows, _ in
            context.kernels.affine(
                x.row(image, rows.lowerBound), a + image * channels, b + image * channels,
                add?.row(image, rows.lowerBound),
                Int64(rows.count * x.shape.width), Int32(channels), relu ? 1 : 0, y.row(image, rows.lowerBound))
        }
    }

    /// Writes the gradient with respect to `x`, the last `forward`'s input, to `dx` (which may be `dy`), and those of
    /// scale and offset, `used` values each.
    /// - Parameter mask: The output of the ReLU, if there was one: where it is not positive, `dy` counts as 0.
    func backward(
        _ x: Map, dy: Map, mask: Map?, dx: Map, scale dScale: UnsafeMutablePointer<Float>,
        offset dOffset: UnsafeMutablePointer<Float>,
        used: Int
    ) {
        let channels = channels, images = x.shape.images, mean = mean
        sumStrips(images: images) { [context] image, rows, sum, product in
            context.kernels.norm_sums(
                dy.row(image, rows.lowerBound), mask?.row(image, rows.lowerBound), x.row(image, rows.lowerBound),
                mean + image * channels,
                Int64(rows.count * x.shape.width), Int32(channels), sum, product)
        }
        let (a, b, c) = (factors, factors + shape.images * channels, factors + 2 * shape.images * channels)
        dScale.update(repeating: 0, count: used)
        dOffset.update(repeating: 0, count: used)
        for image in 0..<images {
            for j in 0..<channels {
                let (sum, product) = total(image, j)
                let at = image * channels + j, slope = scale[j] * inverse[at]
                if j < used {
                    dScale[j] += Float(product) * inverse[at]
                    dOffset[j] += Float(sum)
                }
                a[at] = slope
                b[at] = -slope * inverse[at] * inverse[at] * Float(product / Double(shape.pixels))
                c[at] = -slope * Float(sum / Double(shape.pixels))
            }
        }
        context.forEachStrip(images: images, rows: shape.height, height: stripRows) { [context] image, rows, _ in
            context.kernels.norm_backward(
                dy.row(image, rows.lowerBound), mask?.row(image, rows.lowerBound), x.row(image, rows.lowerBound),
                mean + image * channels,
                a + image * channels, b + image * channels, c + image * channels, Int64(rows.count * x.shape.width),
                Int32(channels),
                dx.row(image, rows.lowerBound))
        }
    }

    /// Fills `sums` with two sums a channel for every strip.
    private func sumStrips(
        images: Int,
        _ body:
            @escaping (
                _ image: Int, _ rows: Range<Int>, _ first: UnsafeMutablePointer<Double>,
                _ second: UnsafeMutablePointer<Double>
            ) -> Void
    ) {
        let channels = channels, strips = strips, stripRows = stripRows
        sums.withUnsafeMutableBufferPointer { sums in
            guard let base = sums.baseAddress else { return }
            base.update(repeating: 0, count: sums.count)
            context.forEachStrip(images: images, rows: shape.height, height: stripRows) { image, rows, _ in
                let first = base + (image * strips + rows.lowerBound / stripRows) * 2 * channels
                body(image, rows, first, first + channels)
            }
        }
    }

    /// Mean and biased variance from the sums of distances to the image's first pixel.
    private func moments(_ x: Map, _ image: Int, _ channel: Int) -> Moments {
        let (sum, square) = total(image, channel), shifted = sum / Double(shape.pixels)
        return Moments(
            mean: shifted + Double(x.image(image)[channel]), variance: max(0, square / Double(shape.pixels) - shifted * shifted))
    }

    private func total(_ image: Int, _ channel: Int) -> (Double, Double) {
        var (first, second) = (0.0, 0.0)
        for strip in 0..<strips {
            let at = (image * strips + strip) * 2 * channels + channel
            first += sums[at]
            second += sums[at + channels]
        }
        return (first, second)
    }
}
