import Network

/// A transform net of one batch extent with everything its training needs: layers, maps, gradients.
final class TransformNetwork {
    let architecture: Architecture
    let parameters: ParameterStore
    /// Images x height x width x 3, RGB 0…255.
    let input: MapShape
    private let blocks: [TrainableBlock]
    private let buffers: GradientBuffers
    private let memory = MapMemory()

    /// - Parameter input: Height and width are multiples of the architecture's alignment.
    init(architecture: Architecture, input: MapShape, parameters: ParameterStore, context: TrainingContext) {
        self.architecture = architecture
        self.input = input
        self.parameters = parameters
        var shape = input, blocks: [TrainableBlock] = [], largest = input.count
        for block in architecture.blocks {
            switch block {
            case .convolution(let convolution, let norm, let relu):
                blocks.append(
                    ConvolutionBlock(
                        convolution, norm: norm, relu: relu, input: shape, isFirst: blocks.isEmpty, context: context,
                        memory: memory))
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
        for block in blocks { block.load(parameters) }
        var map = x
        for block in blocks {
            block.forward(map)
            map = block.output
        }
    }

    /// Writes `parameters.gradient`, from what `outputGradient` holds.
    func backward(_ x: Map) {
        var gradient: Map? = outputGradient
        for (index, block) in blocks.enumerated().reversed() {
            guard let dy = gradient else { return }
            gradient = block.backward(
                index == 0 ? x : blocks[index - 1].output, dy: dy, parameters: parameters, buffers: buffers)
        }
    }
}
