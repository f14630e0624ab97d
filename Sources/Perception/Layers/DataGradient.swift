import Network

/// The gradient of a convolution with respect to its input, for any kernel and stride.
///
/// With stride s the padded input falls into s x s phases, each of which sees its own taps of the kernel: pixel
/// (s i + py, s j + px) is the sum over t of dY(i - ty, j - tx) W(py + s ty, px + s tx), a small convolution of stride 1.
/// What lands on the padding is then added to where the padding came from.
final class DataGradient {
    private struct Phase {
        let py: Int
        let px: Int
        let tapsY: Int
        let tapsX: Int
        /// Panels of 32 inputs: (input / 32, row, column, output, 32), taps in the order in which dY lies in memory.
        let weights: UnsafeMutablePointer<Float>
    }

    private let shape: Convolution
    private let input: MapShape
    private let output: MapShape
    private let context: TrainingContext
    private let padded: PaddedStrips
    private let gradient: PaddedStrips
    private let memory = MapMemory()
    private let phases: [Phase]
    /// The most taps of any phase along one axis.
    private let taps: Int
    /// Padded input rows a strip: a multiple of the stride.
    private let stripRows: Int

    init(_ plan: ConvolutionPlan, input: MapShape, output: MapShape, context: TrainingContext) {
        shape = plan.shape
        self.input = input
        self.output = output
        self.context = context
        let (kernel, stride) = (plan.shape.kernel, plan.shape.stride)
        taps = (kernel + stride - 1) / stride
        padded = PaddedStrips(
            map: input, upsampling: plan.shape.upsampling, border: kernel / 2, padding: plan.padding, context: context)
        gradient = PaddedStrips(map: output, border: taps - 1, padding: .zero, context: context)
        var phases: [Phase] = []
        for py in 0..<stride {
            for px in 0..<stride {
                let (tapsY, tapsX) = ((kernel - py + stride - 1) / stride, (kernel - px + stride - 1) / stride)
                let count = (input.channels + 31) / 32 * 32 * tapsY * tapsX * output.channels
                phases.append(Phase(py: py, px: px, tapsY: tapsY, tapsX: tapsX, weights: memory.floats(count)))
            }
        }
        self.phases = phases
        // At least as high as the border, so that a strip folds into itself and its neighbours only.
        stripRows = max(8, kernel, (64 << 10) / padded.rowCount) / stride * stride
        context.reserve(worker: stripRows * padded.rowCount + (stripRows / stride + taps + 1) * gradient.rowCount)
    }

    func load(weights w: UnsafePointer<Float>) {
        let (kernel, stride) = (shape.kernel, shape.stride)
        for phase in phases {
            let depth = phase.tapsY * phase.tapsX * output.channels
            for r in 0..<phase.tapsY {
                for c in 0..<phase.tapsX {
                    let ky = phase.py + stride * (phase.tapsY - 1 - r), kx = phase.px + stride * (phase.tapsX - 1 - c)
                    for o in 0..<shape.outputs {
                        let row = (r * phase.tapsX + c) * output.channels + o
                        for i in 0..<shape.inputs {
                            phase.weights[i / 32 * 32 * depth + row * 32 + i % 32] =
                                w[((o * shape.inputs + i) * kernel + ky) * kernel + kx]
                        }
                    }
                }
            }
        }
    }

    /// Adds the gradient to `dx`; `dy` counts as 0 where `mask` is not positive.
    func add(_ dy: Map, mask: Map?, to dx: Map) {
        let stride = shape.stride
        context.forEachOverlappingStrip(images: dy.shape.images, rows: padded.height, height: stripRows) {
            [self] image, rows, worker in
            let strip = context.scratch(worker), source = strip + stripRows * padded.rowCount
            let first = rows.lowerBound / stride, last = (rows.upperBound - 1) / stride
            gradient.gather(
                dy.image(image), mask: mask?.image(image), rows: first..<min(last + taps, gradient.height), to: source)
            for phase in phases {
                for i in first...last where i * stride + phase.py < rows.upperBound {
                    let row = i * stride + phase.py - rows.lowerBound
                    context.multiply(
                        ProductExtent(
                            m: (padded.width - phase.px + stride - 1) / stride, n: input.channels,
                            k: phase.tapsX * output.channels,
                            segments: phase.tapsY),
                        LeftMatrix(
                            base: source + (i - first + taps - phase.tapsY) * gradient.rowCount
                                + (taps - phase.tapsX) * output.channels,
                            row: output.channels, segment: gradient.rowCount),
                        .panels(
                            phase.weights, depth: phase.tapsY * phase.tapsX * output.channels,
                            segment: phase.tapsX * output.channels),
                        into: strip + row * padded.rowCount + phase.px * input.channels, row: stride * input.channels)
                }
            }
            padded.fold(strip, rows: rows, into: dx.image(image))
        }
    }
}
