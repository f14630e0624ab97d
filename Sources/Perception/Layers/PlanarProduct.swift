import CKernels

/// A convolution of stride 1 with three outputs. Vectors run over pixels, because three outputs would leave a vector of
/// channels almost empty.
final class PlanarProduct {
    private let context: TrainingContext
    private let strips: PaddedStrips
    private let input: MapShape
    private let output: MapShape
    private let kernel: Int
    private let stripRows: Int
    private let pitch: Int
    private let plane: Int
    private let memory = MapMemory()
    /// (channel, kernel row, kernel column, 3), with room around it for the rows that several outputs share.
    private let weights: UnsafeMutablePointer<Float>
    private let bias: UnsafeMutablePointer<Float>

    init(input: MapShape, upsampling: Int = 1, kernel: Int, padding: Padding, context: TrainingContext) {
        self.input = input
        output = MapShape(
            images: input.images, height: input.height * upsampling, width: input.width * upsampling, channels: 3)
        self.kernel = kernel
        self.context = context
        strips = PaddedStrips(
            map: input, upsampling: upsampling, border: kernel / 2, padding: padding, context: context)
        pitch = (strips.width + 15) / 16 * 16 + 48
        stripRows = kernel > 4 ? 8 : 4
        plane = (stripRows + kernel + 3) * pitch
        weights = memory.floats(input.channels * kernel * kernel * 3)
        bias = memory.floats(3)
        context.reserve(worker: input.channels * plane)
    }

    /// Takes weights by (input channel, kernel row, kernel column, output); surplus channels must come as zeros.
    func load(
        bias values: UnsafePointer<Float>? = nil,
        _ weight: (_ channel: Int, _ ky: Int, _ kx: Int, _ output: Int) -> Float
    ) {
        for channel in 0..<input.channels {
            for ky in 0..<kernel {
                for kx in 0..<kernel {
                    for o in 0..<3 {
                        weights[((channel * kernel + ky) * kernel + kx) * 3 + o] = weight(channel, ky, kx, o)
                    }
                }
            }
        }
        for o in 0..<3 { bias[o] = values?[o] ?? 0 }
    }

    /// Writes `y`, three channels, of the extent of `x` enlarged; `x` counts as 0 where `mask` is not positive.
    func forward(_ x: Map, mask: Map?, into y: Map) {
        context.forEachStrip(images: x.shape.images, rows: output.height, height: stripRows) {
            [self] image, rows, worker in
            let planes = context.scratch(worker)
            strips.planes(
                x.image(image), mask: mask?.image(image), rows: rows.lowerBound..<rows.upperBound + kernel - 1,
                to: planes, plane: plane,
                pitch: pitch)
            var product = tmp_planar(
                channels: Int32(input.channels), kernel: Int32(kernel), width: Int32(output.width), plane: plane,
                pitch: pitch,
                weights: weights, bias: bias)
            context.kernels.planar_convolve(
                &product, planes, Int32(rows.count), y.row(image, rows.lowerBound), y.shape.rowCount)
        }
    }
}
