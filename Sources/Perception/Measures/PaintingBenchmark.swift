import Network

/// What one iteration of painting by optimisation takes on this machine.
///
/// ```swift
/// let seconds = try PaintingBenchmark(vgg: "vgg16.safetensors").run()
/// ```
public struct PaintingBenchmark: Sendable {
    public var vgg: String
    public var weights = FeatureWeights()
    public var method = PictureMethod.lbfgs
    public var width = 512
    public var height = 512
    /// Timed ones; two more come first.
    public var iterations = 5
    public var threads: Int?
    /// Float32 products even where the machine has faster ones.
    public var isExact = true

    public init(vgg: String) { self.vgg = vgg }

    /// Seconds of each iteration, on noise.
    /// - Throws: `OptimizationError`, `NetworkError`.
    public func run() throws -> [Double] {
        let context = try TrainingContext(threads: threads, isExact: isExact), memory = MapMemory()
        try OptimizationMemory(
            weights: weights, method: method, threads: context.pool.threads, usesPairs: context.usesPairs
        ).check(width: width, height: height)
        let features = try VGG16Weights.read(vgg, upTo: weights.last)
        func noise(_ seed: UInt64) -> Map { PixelBuffer.noise(width: width, height: height, seed: seed).map(in: memory) }
        let style = StyleTarget(
            painting: noise(1), weights: features, layers: Array(weights.style.keys), pooling: .average, context: context)
        let objective = FeatureObjective(
            weights, photo: noise(2), style: style, vgg: features, pooling: .average, context: context)
        let optimizer = PictureOptimizer(noise(3), objective: objective, method: method, context: context)
        let clock = ContinuousClock()
        for _ in 0..<2 { optimizer.step() }
        return (0..<max(0, iterations)).map { _ in clock.measure { optimizer.step() } / .seconds(1) }
    }
}
