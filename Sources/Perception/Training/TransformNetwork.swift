import Network

/// A transform net of one batch extent with everything its training needs: layers, maps, gradients.
final class TransformNetwork {
    let architecture: Architecture
    let parameters: ParameterStore
    /// Images x height x width x 3, RGB 0…255.
    let input: MapShape
    private let blocks: [TrainableBlock]
    /// Set for a network that adds the picture: what its first block sees of it.
    private let centred: Map?
    private let context: TrainingContext
    private let buffers: GradientBuffers
    private let memory = MapMemory()

    /// - Parameter input: Height and width are multiples of the architecture's alignment.
    init(architecture: Architecture, input: MapShape, parameters: ParameterStore, context: TrainingContext) {
        self.architecture = architecture
        self.input = input
        self.parameters = parameters
        self.context = context
        centred = architecture.addsPicture ? memory.map(input) : nil
        var shape = input, blocks: [TrainableBlock] = [], largest = input.count
        for block in architecture.blocks {
            switch block {
            case .convolution(let convolution, let norm, let relu):
                blocks.append(
                    ConvolutionBlock(
                        convolution, norm: norm, relu: relu, input: shape, isFirst: blocks.isEmpty, context: context,
                        memory: memory))
            case .plainResidual(let name, let channels):
                blocks.append(
                    PlainResidualBlock(name: name, channels: channels, input: shape, context: context, memory: memory))
            case .residual(let name, let channels):
                blocks.append(
                    ResidualBlock(name: name, channels: channels, input: shape, context: context, memory: memory))
            }
            shape = blocks[blocks.count - 1].output.shape
            largest = max(largest, shape.count)
        }
        self.blocks = blocks
        buffers = GradientBuffers(count: largest)
    }

    /// The painted batch after `forward`, not clamped.
    var output: Map { blocks[blocks.count - 1].output }

    /// Where to put the gradient of the output before `backward`.
    var outputGradient: Map { buffers.map(output.shape, besides: []) }

    func forward(_ x: Map) {
        parameters.round(on: context.pool)
        for block in blocks { block.load(parameters) }
        if let centred { context.toUnits(x, into: centred) }
        var map = centred ?? x
        for block in blocks {
            block.forward(map)
            map = block.output
        }
        if centred != nil { context.addEnlarged(x, to: output) }
    }

    /// Writes `parameters.gradient`, from what `outputGradient` holds.
    func backward(_ x: Map) {
        var gradient: Map? = outputGradient
        if centred != nil { context.scale(outputGradient, by: PictureUnits.level) }
        for (index, block) in blocks.enumerated().reversed() {
            guard let dy = gradient else { return }
            gradient = block.backward(
                index == 0 ? centred ?? x : blocks[index - 1].output, dy: dy, parameters: parameters, buffers: buffers)
        }
    }
}
