/// A model made ready for one resolution: memory planned, weights packed, threads waiting.
///
/// ```swift
/// let painter = try Painter(model: try Model.load("starry-night.safetensors"), width: 640, height: 360)
/// painter.paint(frame, into: canvas)
/// ```
///
/// Not reentrant: one call of `paint` at a time. That is what makes it safe to send between stages.
public final class Painter: @unchecked Sendable {
    public let plan: Plan
    private let executor: any Executor
    private let model: Model
    /// Its threads, to share with another.
    public let pool: ThreadPool

    /// - Parameters:
    ///   - pool: Threads to share with other painters; nil for as many as `options` say.
    ///   - promised: Bytes that painters made before will take once they paint.
    /// - Throws: `NetworkError` when the size is out of range or does not fit in memory, `WeightsError` when the model
    ///   lacks a tensor of its architecture.
    public convenience init(
        model: Model, width: Int, height: Int, options: PainterOptions = PainterOptions(), pool: ThreadPool? = nil,
        promised: Int = 0
    ) throws {
        try model.check()
        let pool = pool ?? ThreadPool(threads: options.threads)
        try self.init(model: model, width: width, height: height, options: options, pool: pool, packed: nil, promised: promised)
    }

    /// The same model, threads and packed weights at another size.
    /// - Parameter promised: Bytes that painters made before will take once they paint.
    /// - Throws: `NetworkError` when the size is out of range or does not fit in memory.
    public convenience init(_ other: Painter, width: Int, height: Int, promised: Int = 0) throws {
        let options = PainterOptions(engine: other.plan.engine, precision: other.plan.precision)
        try self.init(
            model: other.model, width: width, height: height, options: options, pool: other.pool,
            packed: other.executor.packed, promised: promised)
    }

    private init(
        model: Model, width: Int, height: Int, options: PainterOptions, pool: ThreadPool, packed: PackedWeights?,
        promised: Int
    ) throws {
        var options = options
        options.threads = pool.threads
        plan = try Plan(architecture: model.architecture, width: width, height: height, options: options)
        // Weights that another has packed are there already.
        let there = packed?.bytes ?? 0
        try plan.checkMemory(available: Memory.available().map { max(0, $0 - promised + there) })
        executor = try plan.planned.executor(for: plan, model: model, packed: packed, pool: pool)
        self.model = executor.packed?.model ?? model  // packed weights need no second copy
        self.pool = pool
    }

    public var width: Int { plan.width }
    public var height: Int { plan.height }
    /// Of what is painted: as many times the picture's as the architecture enlarges.
    public var outputWidth: Int { plan.outputWidth }
    public var outputHeight: Int { plan.outputHeight }
    /// What runs the network, decided.
    public var engine: Engine { plan.engine }
    /// The arithmetic of its products, decided.
    public var precision: Precision { plan.precision }
    /// Bytes held for maps, scratch and packed weights: `plan.bytes`, less the weights that another painter has packed.
    public var bytes: Int { executor.bytes }
    /// What each layer of the last frame took, in forward order, with the ends (`input`, `output`) where an engine has them
    /// as steps of their own. Not to be read during `paint`.
    public var layerTimings: [LayerTiming] { executor.layerTimings }

    /// Paints `input` (`width` x `height`) into `output` (`outputWidth` x `outputHeight`); not the same buffer.
    public func paint(_ input: PixelBuffer, into output: PixelBuffer) {
        precondition(
            fits(input) && output.width == outputWidth && output.height == outputHeight,
            "a painter of \(width)x\(height) was given another size")
        executor.paint(input, into: output)
    }

    /// The network's own numbers for `input`, neither rounded nor clamped to 0…255: `outputHeight` x `outputWidth` x 3.
    public func values(_ input: PixelBuffer) -> [Float] {
        precondition(fits(input), "a painter of \(width)x\(height) was given another size")
        let count = outputHeight * outputWidth * 3
        return [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
            if let start = buffer.baseAddress { executor.paint(input, into: start) }
            initialized = count
        }
    }

    private func fits(_ buffer: PixelBuffer) -> Bool { buffer.width == width && buffer.height == height }
}
