import Media
import Network

/// A picture that shows more and more of what layers of VGG16 respond to: gradient ascent on the mean square of their
/// features, over octaves from small to large (after Mordvintsev et al. 2015, "Inceptionism").
public struct Dream: Sendable {
    public var picture: String
    public var output: String
    public var vgg: String
    /// With weights.
    public var layers: [VGG16Layer: Float] = [.relu4_3: 1]
    /// Nil for the picture's own size.
    public var size: RequestedSize?
    public var pooling = Pooling.max
    /// Of each octave.
    public var iterations = 10
    /// Sizes that the picture goes through; fewer where the smallest would be too small.
    public var octaves = 4
    /// From the sides of one octave to those of the next.
    public var octaveScale = 1.4
    /// Levels of 0…255 that a step moves pixels by, in the mean.
    public var rate = 1.5
    /// Pixels that the picture is shifted by at most from step to step, so that no place is favoured.
    public var jitter = 32
    public var seed: UInt64 = 1
    public var threads: Int?

    public init(_ picture: String, output: String, vgg: String) {
        self.picture = picture
        self.output = output
        self.vgg = vgg
    }

    /// Until the end or until `shouldStop` says so; what there is by then is written.
    /// - Throws: `OptimizationError`, `MediaError`, or `NetworkError` when it does not fit in memory.
    public func run(
        shouldStop: @escaping () -> Bool = { false }, report: @escaping (OptimizationEvent) -> Void = { _ in }
    ) throws -> OptimizationSummary {
        try check()
        let original = try Photo(picture), source = original.pixels
        let (width, height) = try size?.resolved(from: (source.width, source.height)) ?? (source.width, source.height)
        let context = try TrainingContext(threads: threads), method = PictureMethod.steepest(rate: rate)
        let weights = FeatureWeights(content: layers, style: [:])
        let memory = OptimizationMemory(
            weights: weights, method: method, threads: context.pool.threads, usesPairs: context.usesPairs)
        try memory.check(width: width, height: height)
        let file = try PictureFile(output, width: width, height: height, of: original)
        let features = try VGG16Weights.read(vgg, upTo: weights.last)
        let sizes = sizes(width, height)
        report(
            .began(
                width: width, height: height, sizes: sizes.count, bytes: memory.bytes(width: width, height: height),
                threads: context.pool.threads))

        var run = OptimizationRun(sizes.map { ($0, iterations) }, shouldStop: shouldStop, report: report)
        // What was dreamt so far, against the picture of the same size.
        var canvas = try source.scaled(width: sizes[0].width, height: sizes[0].height)
        for (index, shape) in sizes.enumerated() where !run.isStopped {
            let memory = MapMemory()
            let start = try canvas.scaled(width: shape.width, height: shape.height).map(in: memory)
            if index > 0 {
                // Enlarging loses the picture's fine detail: put back what the last octave could not hold.
                let coarse = try source.scaled(width: canvas.width, height: canvas.height)
                    .scaled(width: shape.width, height: shape.height).map(in: memory)
                let fine = try source.scaled(width: shape.width, height: shape.height).map(in: memory)
                for i in 0..<shape.count { start.base[i] += fine.base[i] - coarse.base[i] }
            }
            let objective = ResponseObjective(
                layers, vgg: features, pooling: pooling, input: shape, jitter: jitter, seed: seed &+ UInt64(index),
                context: context)
            let optimizer = PictureOptimizer(start, objective: objective, method: method, context: context)
            try run.optimize(optimizer, iterations: iterations)
            canvas = PixelBuffer(optimizer.picture)
        }
        for warning in try file.write(canvas.scaled(width: width, height: height)) { report(.warning(warning)) }
        report(.wrote(output))
        return run.summary
    }

    private func check() throws(OptimizationError) {
        if layers.isEmpty { throw .noLayer }
        try OptimizationError.check(iterations: [iterations])
        guard Requirement.octaveCounts.contains(octaves) else { throw .outOfRange(.octaves) }
        guard Requirement.octaveScales.contains(octaveScale) else { throw .outOfRange(.octaveScale) }
        guard rate > 0, rate <= Requirement.mostRate else { throw .outOfRange(.rate) }
        guard Requirement.jitters.contains(jitter) else { throw .outOfRange(.jitter) }
    }

    /// From the smallest octave to the picture's own size.
    private func sizes(_ width: Int, _ height: Int) -> [MapShape] {
        var sizes: [MapShape] = [], factor = 1.0
        for _ in 0..<octaves {
            let shape = MapShape(
                images: 1, height: Int((Double(height) * factor).rounded()),
                width: Int((Double(width) * factor).rounded()), channels: 3)
            guard min(shape.width, shape.height) >= OptimizationMemory.leastSide else { break }
            sizes.insert(shape, at: 0)
            factor /= octaveScale
        }
        return sizes
    }
}

/// The mean square of features, to be made large: its negative is the loss. Every evaluation sees the picture shifted by
/// other random amounts, in a circle.
final class ResponseObjective: PictureObjective {
    private let weights: [VGG16Layer: Float]
    private let network: VGG16Network
    private let zeros: [VGG16Layer: Map]
    private let shifted: Map
    private let shiftedGradient: Map
    private let jitter: Int
    private var random: RandomStream
    private let context: TrainingContext
    private let memory = MapMemory()

    init(
        _ weights: [VGG16Layer: Float], vgg: VGG16Weights, pooling: Pooling, input: MapShape, jitter: Int, seed: UInt64,
        context: TrainingContext
    ) {
        self.weights = weights
        self.jitter = jitter
        self.context = context
        random = RandomStream(seed: seed, place: 0x6a_6974_7465_72)
        let network = VGG16Network(
            vgg, input: input, upTo: weights.keys.max() ?? .relu1_1, pooling: pooling, passesGradient: true,
            context: context)
        self.network = network
        shifted = memory.map(input)
        shiftedGradient = memory.map(input)
        zeros = Dictionary(
            uniqueKeysWithValues: weights.keys.map { [memory] in ($0, memory.map(network.feature($0).shape)) })
    }

    func evaluate(_ picture: Map, gradient: Map) -> Losses {
        let shape = picture.shape
        let dx = random.index(min(jitter, shape.width - 1) + 1), dy = random.index(min(jitter, shape.height - 1) + 1)
        var losses = Losses()
        picture.copy(to: shifted, x: dx, y: dy)
        context.zero(shiftedGradient)
        network.forward(shifted)
        network.backward(into: shiftedGradient) { layer, to in
            guard let weight = weights[layer], let zero = zeros[layer] else { return }
            losses.content += context.squaredDifference(network.feature(layer), zero, weight: -weight, gradient: to)
        }
        shiftedGradient.copy(to: gradient, x: (shape.width - dx) % shape.width, y: (shape.height - dy) % shape.height)
        return losses
    }
}

extension Map {
    /// Copies the first image, shifted right and down; what goes over an edge comes in at the other.
    func copy(to other: Map, x: Int, y: Int) {
        let (width, height, channels) = (shape.width, shape.height, shape.channels)
        for from in 0..<height {
            let source = row(0, from), target = other.row(0, (from + y) % height)
            target.advanced(by: x * channels).update(from: source, count: (width - x) * channels)
            target.update(from: source + (width - x) * channels, count: x * channels)
        }
    }
}
