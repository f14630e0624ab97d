import Network

/// A convolution with three outputs and stride 1: the last layer of a transform net.
final class OutputConvolution: ConvolutionLayer {
    let input: MapShape
    let output: MapShape
    private let plan: ConvolutionPlan
    private let context: TrainingContext
    private let product: PlanarProduct
    private let dataGradient: DataGradient
    private let strips: PaddedStrips
    private let gradientStrips: PaddedStrips
    private let sums: LaneSums
    /// Padded input rows a strip of the weight gradient.
    private let stripRows: Int

    private var kernel: Int { plan.shape.kernel }

    init(_ plan: ConvolutionPlan, input: MapShape, context: TrainingContext) {
        self.plan = plan
        self.input = input
        self.context = context
        output = plan.output(for: input)
        product = PlanarProduct(
            input: input, upsampling: plan.shape.upsampling, kernel: plan.shape.kernel, padding: plan.padding,
            context: context)
        dataGradient = DataGradient(plan, input: input, output: output, context: context)
        strips = PaddedStrips(
            map: input, upsampling: plan.shape.upsampling, border: plan.shape.kernel / 2, padding: plan.padding,
            context: context)
        gradientStrips = PaddedStrips(map: output, border: plan.shape.kernel - 1, padding: .zero, context: context)
        stripRows = max(1, (128 << 10) / strips.rowCount)
        context.reserve(worker: stripRows * strips.rowCount + (stripRows + plan.shape.kernel) * gradientStrips.rowCount)
        sums = LaneSums(count: plan.shape.kernel * plan.shape.kernel * 3 * input.channels)
    }

    func load(weights w: UnsafePointer<Float>, bias: UnsafePointer<Float>?) {
        let inputs = plan.shape.inputs
        product.load(bias: bias) { [kernel] i, ky, kx, o in
            i < inputs ? w[((o * inputs + i) * kernel + ky) * kernel + kx] : 0
        }
        dataGradient.load(weights: w)
    }

    func forward(_ x: Map, into y: Map) { product.forward(x, mask: nil, into: y) }

    func backward(_ x: Map, dy: Map, mask: Map?, dx: Map?, weights gradient: UnsafeMutablePointer<Float>?) {
        if let gradient {
            if let mask { context.silence(dy, where: mask) }
            weightGradient(x, dy, gradient)
        }
        if let dx { dataGradient.add(dy, mask: mask, to: dx) }
    }

    /// Patches of the three-channel gradient against the pixels of the padded input: the mirror image of the usual sum,
    /// with rows of 3 * kernel values against rows of all inputs.
    private func weightGradient(_ x: Map, _ dy: Map, _ gradient: UnsafeMutablePointer<Float>) {
        sums.run(images: x.shape.images, rows: strips.height, height: stripRows, context: context) {
            [self] image, rows, sum, worker in
            let pixels = context.scratch(worker), patches = pixels + rows.count * strips.rowCount
            strips.gather(x.image(image), rows: rows, to: pixels)
            gradientStrips.gather(dy.image(image), rows: rows.lowerBound..<rows.upperBound + kernel - 1, to: patches)
            for ky in 0..<kernel {
                context.multiply(
                    ProductExtent(m: kernel * 3, n: input.channels, k: strips.width, segments: rows.count),
                    LeftMatrix(
                        base: patches + ky * gradientStrips.rowCount, row: 1, step: 3, segment: gradientStrips.rowCount),
                    .rows(pixels, row: input.channels, segment: strips.rowCount),
                    into: sum + ky * kernel * 3 * input.channels,
                    row: input.channels, accumulate: true)
            }
        }
        let inputs = plan.shape.inputs, total = sums.total
        for o in 0..<3 {
            for i in 0..<inputs {
                for ky in 0..<kernel {
                    for kx in 0..<kernel {
                        let mirrored = ((kernel - 1 - ky) * kernel + kernel - 1 - kx) * 3 + o
                        gradient[((o * inputs + i) * kernel + ky) * kernel + kx] = total[mirrored * input.channels + i]
                    }
                }
            }
        }
    }
}
