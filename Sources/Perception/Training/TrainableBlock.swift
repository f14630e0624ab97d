import Network

/// One block of a transform net under training: its layers, the maps it keeps for the backward pass, its parameters' names.
protocol TrainableBlock: AnyObject {
    var output: Map { get }

    /// Takes the current values of its parameters.
    func load(_ parameters: ParameterStore)

    func forward(_ x: Map)

    /// Writes the gradients of its parameters and returns that of `x` (nil when `x` is the image itself).
    /// - Parameter dy: In one of `buffers`; overwritten.
    func backward(_ x: Map, dy: Map, parameters: ParameterStore, buffers: GradientBuffers) -> Map?
}

/// Convolution, instance norm, ReLU; the last two optional.
final class ConvolutionBlock: TrainableBlock {
    let output: Map
    private let shape: Convolution
    private let norm: (name: String, layer: InstanceNorm)?
    private let relu: Bool
    private let layer: ConvolutionLayer
    /// The convolution's output where a norm follows, else `output` itself.
    private let convolved: Map
    private let context: TrainingContext
    private let isFirst: Bool

    init(
        _ shape: Convolution, norm: String?, relu: Bool, input: MapShape, isFirst: Bool, context: TrainingContext,
        memory: MapMemory
    ) {
        self.shape = shape
        self.relu = relu
        self.context = context
        self.isFirst = isFirst
        let plan = ConvolutionPlan(
            shape: shape, padding: .reflection, relu: norm == nil && relu, passesGradient: !isFirst)
        layer = plan.layer(input: input, context: context)
        output = memory.map(layer.output)
        convolved = norm == nil ? output : memory.map(layer.output)
        let extent = layer.output
        self.norm = norm.map { ($0, InstanceNorm(shape: extent, context: context)) }
    }

    func load(_ parameters: ParameterStore) {
        layer.load(parameters, shape)
        norm?.layer.load(parameters, norm?.name ?? "", used: shape.outputs)
    }

    func forward(_ x: Map) {
        layer.forward(x, into: convolved)
        norm?.layer.forward(convolved, relu: relu, into: output)
    }

    func backward(_ x: Map, dy: Map, parameters: ParameterStore, buffers: GradientBuffers) -> Map? {
        let mask = relu ? output : nil, bias = parameters.gradient(shape.biasName)
        if let norm {
            norm.layer.backward(convolved, dy: dy, mask: mask, parameters, norm.name, used: shape.outputs)
            // The norm takes every constant away again, so its convolution's bias has no gradient.
            bias.update(repeating: 0, count: shape.outputs)
        } else {
            context.sumPixels(dy, mask: mask, into: bias, used: shape.outputs)
        }
        let dx = isFirst ? nil : buffers.map(x.shape, besides: [dy])
        if let dx { context.zero(dx) }
        layer.backward(
            x, dy: dy, mask: norm == nil ? mask : nil, dx: dx,
            weights: parameters.gradient(shape.weightName))
        return dx
    }
}

/// `x + norm(conv(ReLU(norm(conv(x)))))`.
final class ResidualBlock: TrainableBlock {
    let output: Map
    private let name: String
    private let channels: Int
    private let convolutions: [Convolution]
    private let layers: [ConvolutionLayer]
    private let norms: [InstanceNorm]
    /// After the first convolution, after its norm and ReLU, after the second convolution.
    private let maps: [Map]
    private let context: TrainingContext

    init(name: String, channels: Int, input: MapShape, context: TrainingContext, memory: MapMemory) {
        self.name = name
        self.channels = channels
        self.context = context
        convolutions = Convolution.residual(name, channels: channels)
        layers = context.residualLayers(convolutions, input: input, firstHasReLU: false)
        norms = (1...2).map { _ in InstanceNorm(shape: input, context: context) }
        maps = (0..<3).map { _ in memory.map(input) }
        output = memory.map(input)
    }

    func load(_ parameters: ParameterStore) {
        for i in 0..<2 {
            layers[i].load(parameters, convolutions[i])
            norms[i].load(parameters, "\(name).in\(i + 1)", used: channels)
        }
    }

    func forward(_ x: Map) {
        layers[0].forward(x, into: maps[0])
        norms[0].forward(maps[0], relu: true, into: maps[1])
        layers[1].forward(maps[1], into: maps[2])
        norms[1].forward(maps[2], relu: false, add: x, into: output)
    }

    func backward(_ x: Map, dy: Map, parameters: ParameterStore, buffers: GradientBuffers) -> Map? {
        let second = buffers.map(x.shape, besides: [dy]), first = buffers.map(x.shape, besides: [dy, second])
        norms[1].backward(maps[2], dy: dy, mask: nil, dx: second, parameters, "\(name).in2", used: channels)
        context.zero(first)
        layers[1].backward(
            maps[1], dy: second, mask: nil, dx: first, weights: parameters.gradient(convolutions[1].weightName))
        norms[0].backward(maps[0], dy: first, mask: maps[1], parameters, "\(name).in1", used: channels)
        // `dy` is the gradient of the skip; the convolution adds its own.
        layers[0].backward(x, dy: first, mask: nil, dx: dy, weights: parameters.gradient(convolutions[0].weightName))
        for convolution in convolutions { parameters.gradient(convolution.biasName).update(repeating: 0, count: channels) }
        return dy
    }
}

/// `x + conv(ReLU(conv(x)))`.
final class PlainResidualBlock: TrainableBlock {
    let output: Map
    private let channels: Int
    private let convolutions: [Convolution]
    private let layers: [ConvolutionLayer]
    /// After the first convolution's ReLU, after the second convolution.
    private let maps: [Map]
    private let context: TrainingContext

    init(name: String, channels: Int, input: MapShape, context: TrainingContext, memory: MapMemory) {
        self.channels = channels
        self.context = context
        convolutions = Convolution.residual(name, channels: channels)
        layers = context.residualLayers(convolutions, input: input, firstHasReLU: true)
        maps = (0..<2).map { _ in memory.map(input) }
        output = memory.map(input)
    }

    func load(_ parameters: ParameterStore) {
        for i in 0..<2 {
            layers[i].load(parameters, convolutions[i])
        }
    }

    func forward(_ x: Map) {
        layers[0].forward(x, into: maps[0])
        layers[1].forward(maps[0], into: maps[1])
        context.add(x, maps[1], into: output)
    }

    func backward(_ x: Map, dy: Map, parameters: ParameterStore, buffers: GradientBuffers) -> Map? {
        let inner = buffers.map(x.shape, besides: [dy])
        context.zero(inner)
        context.sumPixels(dy, mask: nil, into: parameters.gradient(convolutions[1].biasName), used: channels)
        layers[1].backward(
            maps[0], dy: dy, mask: nil, dx: inner, weights: parameters.gradient(convolutions[1].weightName))
        context.sumPixels(inner, mask: maps[0], into: parameters.gradient(convolutions[0].biasName), used: channels)
        // `dy` is the gradient of the skip; the convolution adds its own.
        layers[0].backward(
            x, dy: inner, mask: maps[0], dx: dy, weights: parameters.gradient(convolutions[0].weightName))
        return dy
    }
}

extension ConvolutionLayer {
    fileprivate func load(_ parameters: ParameterStore, _ convolution: Convolution) {
        load(weights: parameters.value(convolution.weightName), bias: parameters.value(convolution.biasName))
    }
}

extension InstanceNorm {
    fileprivate func load(_ parameters: ParameterStore, _ prefix: String, used: Int) {
        load(scale: parameters.value("\(prefix).weight"), offset: parameters.value("\(prefix).bias"), used: used)
    }

    fileprivate func backward(
        _ x: Map, dy: Map, mask: Map?, dx: Map? = nil, _ parameters: ParameterStore, _ prefix: String, used: Int
    ) {
        backward(
            x, dy: dy, mask: mask, dx: dx ?? dy, scale: parameters.gradient("\(prefix).weight"),
            offset: parameters.gradient("\(prefix).bias"), used: used)
    }
}

extension TrainingContext {
    /// The two 3x3 convolutions of a residual block.
    /// - Parameter firstHasReLU: The first one's outputs pass a ReLU of its own, as no norm with one follows.
    fileprivate func residualLayers(
        _ convolutions: [Convolution], input: MapShape, firstHasReLU: Bool
    ) -> [ConvolutionLayer] {
        convolutions.enumerated().map { i, convolution in
            ConvolutionPlan(shape: convolution, padding: .reflection, relu: firstHasReLU && i == 0)
                .layer(input: input, context: self)
        }
    }

    /// Sum over all pixels, `used` channels, of values that count as 0 where `mask` is not positive.
    fileprivate func sumPixels(_ map: Map, mask: Map?, into sums: UnsafeMutablePointer<Float>, used: Int) {
        let channels = map.shape.channels
        guard channels % 16 == 0 else { return sumFewChannels(map, mask: mask, into: sums, used: used) }
        let height = (map.shape.height + 7) / 8, strips = Stripes(of: map.shape.height, rows: height).count
        let count = map.shape.images * strips
        let zeros = [Float](repeating: 0, count: channels)
        // For every strip the sums wanted, then those that the kernel makes besides.
        var totals = [Double](repeating: 0, count: 2 * count * channels)
        totals.withUnsafeMutableBufferPointer { totals in
            zeros.withUnsafeBufferPointer { zeros in
                guard let totals = totals.baseAddress, let zeros = zeros.baseAddress else { return }
                forEachStrip(images: map.shape.images, rows: map.shape.height, height: height) { [kernels] image, rows, _ in
                    let first = rows.lowerBound, to = totals + 2 * (image * strips + first / height) * channels
                    kernels.norm_sums(
                        map.row(image, first), mask?.row(image, first), map.row(image, first), zeros,
                        Int64(rows.count * map.shape.width), Int32(channels), to, to + channels)
                }
            }
        }
        for c in 0..<used { sums[c] = Float((0..<count).reduce(0.0) { $0 + totals[2 * $1 * channels + c] }) }
    }

    private func sumFewChannels(_ map: Map, mask: Map?, into sums: UnsafeMutablePointer<Float>, used: Int) {
        var totals = [Double](repeating: 0, count: used)
        let channels = map.shape.channels
        for pixel in 0..<map.shape.images * map.shape.pixels {
            let at = pixel * channels
            for c in 0..<used where mask.map({ $0.base[at + c] > 0 }) ?? true { totals[c] += Double(map.base[at + c]) }
        }
        for c in 0..<used { sums[c] = Float(totals[c]) }
    }

    /// y = a + b.
    fileprivate func add(_ a: Map, _ b: Map, into y: Map) {
        let rowCount = y.shape.rowCount
        forEachStrip(images: y.shape.images, rows: y.shape.height, height: 8) { image, rows, _ in
            let at = rows.lowerBound, (a, b, y) = (a.row(image, at), b.row(image, at), y.row(image, at))
            for i in 0..<rows.count * rowCount { y[i] = a[i] + b[i] }
        }
    }
}
