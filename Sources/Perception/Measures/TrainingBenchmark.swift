import Network

/// What one step of training takes on this machine: both networks forwards and backwards, the losses of Johnson et al. 2016, and
/// Muon. A run's own steps have the losses for steadiness and against the grid besides, and crops to read.
///
/// ```swift
/// let seconds = try TrainingBenchmark(vgg: "vgg16.safetensors").run()
/// ```
public struct TrainingBenchmark: Sendable {
    public var vgg: String
    public var architecture = Architecture.johnsonFull
    public var batch = 4
    public var crop = 256
    /// Timed ones; two more come first.
    public var steps = 5
    public var threads: Int?
    /// Float32 products even where the machine has faster ones.
    public var isExact = false

    public init(vgg: String) { self.vgg = vgg }

    /// Seconds of each step, on noise.
    /// - Throws: `TrainingError`, `NetworkError`.
    public func run() throws -> [Double] {
        guard Requirement.batches.contains(batch) else { throw TrainingError.outOfRange(.batch) }
        guard Requirement.crops.contains(crop), crop.isMultiple(of: architecture.alignment) else {
            throw TrainingError.outOfRange(.crop(multipleOf: architecture.alignment))
        }
        let context = try TrainingContext(threads: threads, isExact: isExact)
        let weights = LossWeights().ofOnePicture, features = try VGG16Weights.forTraining(vgg, upTo: weights.last)
        let memory = MapMemory(), shape = MapShape(images: batch, height: crop, width: crop, channels: 3)
        let photos = memory.map(shape)
        var random = SplitMix64(state: 1)
        for i in 0..<shape.count { photos.base[i] = Float.random(in: 0...255, using: &random) }
        let style = StyleTarget(
            painting: photos.first(1), weights: features, layers: weights.styleLayers, pooling: .max, context: context)
        let objective = PerceptualObjective(
            weights, styles: [style], vgg: features, pooling: .max, input: shape, context: context)
        let trainer = Trainer(architecture: architecture, input: shape, objective: objective, context: context)
        trainer.parameters.randomize(seed: 1)
        func step() {
            _ = trainer.evaluate(Batch(photos: photos))
            trainer.update(rate: 1e-3)
        }
        for _ in 0..<2 { step() }
        let clock = ContinuousClock()
        return (0..<max(0, steps)).map { _ in clock.measure(step) / .seconds(1) }
    }
}
