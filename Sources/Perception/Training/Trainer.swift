import Network

/// What a network is trained for.
protocol TrainingObjective: AnyObject {
    /// The losses of `output`, what became of `batch`, and their gradient with respect to it, which `gradient` is set to.
    func evaluate(_ output: Map, _ batch: Batch, gradient: Map) -> Losses
}

/// One network, one objective, one batch extent: everything a step needs, planned once.
final class Trainer {
    let parameters: ParameterStore
    let network: TransformNetwork
    let optimizer: ParameterOptimizer
    private let objective: any TrainingObjective
    private let edges: (loss: EdgeLoss, weight: Float)?
    private let teacher: TransformNetwork?
    private let context: TrainingContext

    /// - Parameters:
    ///   - input: What the network is given.
    ///   - edgeWeight: Of `EdgeLoss`.
    ///   - teacher: A network to imitate at first.
    ///   - usesMuon: Whether Muon moves the kernels; else Adam all.
    ///   - styles: That take turns on one body.
    ///   - own: What alone moves; nil for everything.
    ///   - rounding: What becomes of the weights before the network computes with them.
    ///   - other: A trainer of the same network on batches of another extent, whose parameters and moments it goes on with.
    init(
        architecture: Architecture, input: MapShape, objective: any TrainingObjective, edgeWeight: Float = 0,
        teacher: Model? = nil,
        styles: Int = 1, usesMuon: Bool = true, own: [ParameterShape]? = nil, rounding: WeightRounding? = nil,
        sharing other: Trainer? = nil, context: TrainingContext
    ) {
        parameters = other?.parameters ?? ParameterStore(architecture: architecture, styles: styles, rounding: rounding)
        network = TransformNetwork(architecture: architecture, input: input, parameters: parameters, context: context)
        self.objective = objective
        edges = edgeWeight > 0
            ? (EdgeLoss(architecture: architecture, input: input, parameters: parameters, context: context), edgeWeight)
            : nil
        optimizer = other?.optimizer ?? ParameterOptimizer(parameters, usesMuon: usesMuon, own: own, context: context)
        self.teacher = teacher.map { model in
            let values = ParameterStore(architecture: model.architecture)
            values.load(model.tensors)
            return TransformNetwork(architecture: model.architecture, input: input, parameters: values, context: context)
        }
        self.context = context
    }

    /// The losses of a batch, and their gradient in `parameters.gradient`.
    func evaluate(_ batch: Batch) -> Losses {
        network.forward(batch.photos)
        var losses = objective.evaluate(network.output, batch, gradient: network.outputGradient)
        if let edges {
            losses.edge = edges.loss.evaluate(
                network.output, of: batch.photos, weight: edges.weight, gradient: network.outputGradient)
        }
        network.backward(batch.photos)
        return losses
    }

    /// How far a batch comes out from what the teacher paints, the mean squared difference of pixels, and its gradient.
    func imitate(_ batch: Batch) -> Losses {
        guard let teacher else { return evaluate(batch) }
        teacher.forward(batch.photos)
        network.forward(batch.photos)
        let gradient = network.outputGradient
        context.zero(gradient)
        var losses = Losses()
        losses.imitation = context.squaredDifference(network.output, teacher.output, weight: 1, gradient: gradient)
        network.backward(batch.photos)
        return losses
    }

    /// Has `body` find a style's own values in the network, where the first's are before and after.
    func with<Result>(style: Int, _ body: () throws -> Result) rethrows -> Result {
        optimizer.exchange(style)
        defer { optimizer.exchange(style) }
        return try body()
    }

    /// Whether weights and moments are numbers: gradients beyond 1e19 have squares that are none, and weights that stand still.
    var isFinite: Bool { parameters.isFinite && optimizer.isFinite }

    /// Moves the weights against the last gradient.
    func update(rate: Double) { optimizer.update(rate: rate) }
}

extension ParameterStore {
    /// The last layer reaches from 0 to 255 with inputs of about 1: it begins nearer to the size of trained ones.
    private static let outputGain = 8.0

    /// Fresh weights: uniform in ± 1 / sqrt(inputs of a kernel), as PyTorch begins; norms at 1 and 0; the last bias at mid
    /// grey, since the net has no output nonlinearity that would put it there.
    func randomize(seed: UInt64) {
        var random = RandomStream(seed: seed, place: 0x696e_6974)
        var bound = 0.0
        for parameter in shapes {
            let range = range(parameter.name)
            if parameter.shape.count == 4 {
                bound = 1 / Double(parameter.shape.dropFirst().reduce(1, *)).squareRoot()
                if parameter.shape[0] == 3 { bound *= Self.outputGain }
                for i in range { values[i] = Float(random.uniform(-bound...bound)) }
            } else if parameter.name.hasSuffix("conv2d.bias") {
                for i in range { values[i] = parameter.shape == [3] ? 127.5 : Float(random.uniform(-bound...bound)) }
            } else {
                for i in range { values[i] = parameter.name.hasSuffix(".weight") ? 1 : 0 }
            }
        }
    }

    /// Fresh weights of a network without norms: uniform, such that a ReLU's maps keep their size (He et al. 2015), the last
    /// convolution of every residual block and of the network a tenth of that, and biases at 0.
    func randomizePlain(seed: UInt64) {
        var random = RandomStream(seed: seed, place: 0x706c_6169)
        for parameter in shapes where parameter.shape.count == 4 {
            let share = parameter.name.hasSuffix(".conv2.conv2d.weight") || parameter.shape[0] == 3 ? 0.1 : 1
            let bound = share * (6 / Double(parameter.shape.dropFirst().reduce(1, *))).squareRoot()
            for i in range(parameter.name) { values[i] = Float(random.uniform(-bound...bound)) }
        }
    }

    /// Whether every value is a number.
    var isFinite: Bool { (0..<count).allSatisfy { values[$0].isFinite } }
}
