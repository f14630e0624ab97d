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
        layer.load(
            weights: parameters.value("\(shape.name).conv2d.weight"),
            bias: parameters.value("\(shape.name).conv2d.bias"))
        norm?.layer.load(parameters, norm?.name ?? "", used: shape.outputs)
    }

    func forward(_ x: Map) {
        layer.forward(x, into: convolved)
        norm?.layer.forward(convolved, relu: relu, into: output)
    }

    func backward(_ x: Map, dy: Map, parameters: ParameterStore, buffers: GradientBuffers) -> Map? {
        let mask = relu ? output : nil, bias = parameters.gradient("\(shape.name).conv2d.bias")
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
            weights: parameters.gradient("\(shape.name).conv2d.weight"))
        return dx
    }
}

/// `x + norm(conv(ReLU(norm(conv(x)))))`.
final class ResidualBlock: TrainableBlock {
    let output: Map
    private let name: String
    private let channels: Int
    private let layers: [ConvolutionLayer]
    private let norms: [InstanceNorm]
    /// After the first convolution, after its norm and ReLU, after the second convolution.
    private let maps: [Map]
    private let context: TrainingContext

    init(name: String, channels: Int, input: MapShape, context: TrainingContext, memory: MapMemory) {
        self.name = name
        self.channels = channels
        self.context = context
        layers = (1...2).map {
            ConvolutionPlan(
                shape: Convolution("\(name).conv\($0)", channels, channels, kernel: 3), padding: .reflection
            )
            .layer(input: input, context: context)
        }
        norms = (1...2).map { _ in InstanceNorm(shape: input, context: context) }
        maps = (0..<3).map { _ in memory.map(input) }
        output = memory.map(input)
    }

    func load(_ parameters: ParameterStore) {
        for i in 0..<2 {
            layers[i].load(
                weights: parameters.value("\(name).conv\(i + 1).conv2d.weight"),
                bias: parameters.value("\(name).conv\(i + 1).conv2d.bias"))
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
            maps[1], dy: second, mask: nil, dx: first, weights: parameters.gradient("\(name).conv2.conv2d.weight"))
        norms[0].backward(maps[0], dy: first, mask: maps[1], parameters, "\(name).in1", used: channels)
        // `dy` is the gradient of the skip; the convolution adds its own.
        layers[0].backward(x, dy: first, mask: nil, dx: dy, weights: parameters.gradient("\(name).conv1.conv2d.weight"))
        for i in 1...2 { parameters.gradient("\(name).conv\(i).conv2d.bias").update(repeating: 0, count: channels) }
        return dy
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
    /// Sum over all pixels, `used` channels, of values that count as 0 where `mask` is not positive.
    fileprivate func sumPixels(_ map: Map, mask: Map?, into sums: UnsafeMutablePointer<Float>, used: Int) {
        var totals = [Double](repeating: 0, count: used)
        let channels = map.shape.channels
        for pixel in 0..<map.shape.images * map.shape.pixels {
            let at = pixel * channels
            for c in 0..<used where mask.map({ $0.base[at + c] > 0 }) ?? true { totals[c] += Double(map.base[at + c]) }
        }
        for c in 0..<used { sums[c] = Float(totals[c]) }
    }
}
