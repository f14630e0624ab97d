import Network

/// One network, one style, one batch extent: everything a step needs, planned once.
final class Trainer {
    let parameters: ParameterStore
    let network: TransformNetwork
    let adam: Adam
    private let objective: PerceptualObjective

    init(
        architecture: Architecture, shape: MapShape, weights: LossWeights, style: StyleTarget, vgg: VGG16Weights,
        pooling: Pooling,
        context: TrainingContext
    ) {
        parameters = ParameterStore(architecture: architecture)
        network = TransformNetwork(architecture: architecture, input: shape, parameters: parameters, context: context)
        objective = PerceptualObjective(
            weights, style: style, vgg: vgg, pooling: pooling, input: shape, context: context)
        adam = Adam(count: parameters.count, context: context)
    }

    /// The losses of a batch, and their gradient in `parameters.gradient`.
    func evaluate(_ batch: Batch) -> Losses {
        network.forward(batch.photos)
        let losses = objective.evaluate(network.output, batch, gradient: network.outputGradient)
        network.backward(batch.photos)
        return losses
    }

    /// Moves the weights against the last gradient.
    func update(rate: Double) { adam.update(parameters.values, gradient: parameters.gradient, rate: rate) }
}

extension ParameterStore {
    /// Fresh weights: uniform in ± 1 / sqrt(inputs of a kernel), as PyTorch begins; norms at 1 and 0; the last bias at mid
    /// grey, since the net has no output nonlinearity that would put it there.
    func randomize(seed: UInt64) {
        var random = RandomStream(seed: seed, place: 0x696e_6974)
        var bound = 0.0
        for parameter in shapes {
            let range = range(parameter.name)
            if parameter.shape.count == 4 {
                bound = 1 / Double(parameter.shape.dropFirst().reduce(1, *)).squareRoot()
                for i in range { values[i] = Float(random.uniform(-bound...bound)) }
            } else if parameter.name.hasSuffix("conv2d.bias") {
                for i in range { values[i] = parameter.shape == [3] ? 127.5 : Float(random.uniform(-bound...bound)) }
            } else {
                for i in range { values[i] = parameter.name.hasSuffix(".weight") ? 1 : 0 }
            }
        }
    }

    /// Whether every value is a number.
    var isFinite: Bool { (0..<count).allSatisfy { values[$0].isFinite } }
}
