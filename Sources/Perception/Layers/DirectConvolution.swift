import Network

/// A convolution of any kernel and stride as products of image patches: in a strip with its padding made explicit, the
/// `kernel` rows of a patch are runs of contiguous floats, so the patches themselves are never written out.
final class DirectConvolution: ConvolutionLayer {
    let input: MapShape
    let output: MapShape
    private let plan: ConvolutionPlan
    private let context: TrainingContext
    private let strips: PaddedStrips
    private let dataGradient: DataGradient?
    /// For inputs of three channels the gradient is itself a convolution with three outputs.
    private let imageGradient: PlanarProduct?
    private let sums: LaneSums
    private let memory = MapMemory()
    /// Panels of 32 outputs: (output / 32, kernel row, kernel column, input, 32).
    private let weights: UnsafeMutablePointer<Float>
    private let bias: UnsafeMutablePointer<Float>
    /// Output rows a strip.
    private let stripRows: Int

    private var kernel: Int { plan.shape.kernel }
    private var stride: Int { plan.shape.stride }
    /// Values a patch.
    private var depth: Int { kernel * kernel * input.channels }

    init(_ plan: ConvolutionPlan, input: MapShape, context: TrainingContext) {
        self.plan = plan
        self.input = input
        self.context = context
        output = plan.output(for: input)
        strips = PaddedStrips(
            map: input, upsampling: plan.shape.upsampling, border: plan.shape.kernel / 2, padding: plan.padding,
            context: context)
        let depth = plan.shape.kernel * plan.shape.kernel * input.channels
        weights = memory.floats((output.channels + 31) / 32 * 32 * depth)
        bias = memory.floats(output.channels)
        stripRows = max(1, min(output.height, (128 << 10) / (strips.width * input.channels * plan.shape.stride)))
        context.reserve(worker: ((stripRows - 1) * plan.shape.stride + plan.shape.kernel) * strips.rowCount)
        sums = LaneSums(count: plan.trainsWeights ? depth * output.channels : 0)
        dataGradient =
            plan.passesGradient && input.channels != 3
            ? DataGradient(plan, input: input, output: output, context: context) : nil
        imageGradient =
            plan.passesGradient && input.channels == 3
            ? PlanarProduct(input: output, kernel: plan.shape.kernel, padding: .zero, context: context) : nil
    }

    func load(weights w: UnsafePointer<Float>, bias values: UnsafePointer<Float>?) {
        let inputs = plan.shape.inputs
        for o in 0..<plan.shape.outputs {
            let panel = weights + o / 32 * 32 * depth + o % 32
            for i in 0..<inputs {
                for tap in 0..<kernel * kernel {
                    panel[(tap * input.channels + i) * 32] = w[(o * inputs + i) * kernel * kernel + tap]
                }
            }
            bias[o] = values?[o] ?? 0
        }
        dataGradient?.load(weights: w)
        imageGradient?.load { [kernel] o, ky, kx, i in
            w[((o * 3 + i) * kernel + kernel - 1 - ky) * kernel + kernel - 1 - kx]
        }
    }

    func forward(_ x: Map, into y: Map) {
        context.forEachStrip(images: x.shape.images, rows: output.height, height: stripRows) {
            [self] image, rows, worker in
            let strip = context.scratch(worker)
            strips.gather(x.image(image), rows: inputRows(rows), to: strip)
            for row in rows {
                context.multiply(
                    ProductExtent(m: output.width, n: output.channels, k: kernel * input.channels, segments: kernel),
                    LeftMatrix(
                        base: strip + (row - rows.lowerBound) * stride * strips.rowCount, row: stride * input.channels,
                        segment: strips.rowCount),
                    .panels(weights, depth: depth, segment: kernel * input.channels), into: y.row(image, row),
                    row: output.channels,
                    bias: bias, relu: plan.relu)
            }
        }
    }

    /// Padded input rows under output rows.
    private func inputRows(_ rows: Range<Int>) -> Range<Int> {
        rows.lowerBound * stride..<(rows.upperBound - 1) * stride + kernel
    }

    func backward(_ x: Map, dy: Map, mask: Map?, dx: Map?, weights gradient: UnsafeMutablePointer<Float>?) {
        if let gradient {
            if let mask { context.silence(dy, where: mask) }
            weightGradient(x, dy, gradient)
        }
        guard let dx else { return }
        dataGradient?.add(dy, mask: mask, to: dx)
        imageGradient?.forward(dy, mask: mask, into: dx)
    }

    /// dW = sum over pixels of patch x dY, in lanes of strips.
    private func weightGradient(_ x: Map, _ dy: Map, _ gradient: UnsafeMutablePointer<Float>) {
        sums.run(images: x.shape.images, rows: output.height, height: stripRows, context: context) {
            [self] image, rows, sum, worker in
            let strip = context.scratch(worker)
            strips.gather(x.image(image), rows: inputRows(rows), to: strip)
            for ky in 0..<kernel {
                context.multiply(
                    ProductExtent(
                        m: kernel * input.channels, n: output.channels, k: output.width, segments: rows.count),
                    LeftMatrix(
                        base: strip + ky * strips.rowCount, row: 1, step: stride * input.channels,
                        segment: stride * strips.rowCount),
                    .rows(dy.row(image, rows.lowerBound), row: output.channels, segment: output.rowCount),
                    into: sum + ky * kernel * input.channels * output.channels, row: output.channels, accumulate: true)
            }
        }
        let inputs = plan.shape.inputs, total = sums.total
        for o in 0..<plan.shape.outputs {
            for i in 0..<inputs {
                for tap in 0..<kernel * kernel {
                    gradient[(o * inputs + i) * kernel * kernel + tap] =
                        total[(tap * input.channels + i) * output.channels + o]
                }
            }
        }
    }
}
