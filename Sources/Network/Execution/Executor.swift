/// One way to run a planned network.
protocol Executor: AnyObject {
    /// Bytes taken for maps, scratch and packed weights; what the plan said.
    var bytes: Int { get }
    /// Of the last frame, in forward order.
    var layerTimings: [LayerTiming] { get }
    /// Rounds to the nearest byte and clamps.
    func paint(_ input: PixelBuffer, into output: PixelBuffer)
    /// The network's own numbers, neither rounded nor clamped: `height` x `width` x 3.
    func paint(_ input: PixelBuffer, into values: UnsafeMutablePointer<Float>)
}

/// What one layer took.
public struct LayerTiming: Sendable {
    public let name: String
    public internal(set) var seconds: Double
    /// Multiplications and additions of the layer as the architecture states it, whatever shortcut computed it.
    public let flops: Double

    public init(name: String, seconds: Double, flops: Double) {
        self.name = name
        self.seconds = seconds
        self.flops = flops
    }
}

extension Engine {
    /// The engine that runs when this one is asked for: `auto` decided, and what the mask forbids replaced.
    func resolved(mask: InstructionSet?) -> Engine {
        switch (self, mask) {
        case (.reference, _), (_, .portable?): .reference
        case (.blas, _), (_, .blas?), (.auto, _): .blas
        case (.native, _): .native
        }
    }

    /// Bytes that an executor of this engine will take.
    /// - Throws: `NetworkError.engineUnavailable`.
    func bytes(for plan: Plan) throws(NetworkError) -> Int {
        switch self {
        case .reference: ReferenceLayout(plan).bytes
        case .blas, .auto: BLASLayout(plan).bytes
        case .native: throw .engineUnavailable(self)
        }
    }

    /// - Throws: `NetworkError` when memory is refused or the engine does not run here.
    func executor(for plan: Plan, model: Model, pool: ThreadPool) throws(NetworkError) -> any Executor {
        switch self {
        case .reference: try ReferenceExecutor(plan: plan, model: model, pool: pool)
        case .blas, .auto: try BLASExecutor(plan: plan, model: model, pool: pool)
        case .native: throw .engineUnavailable(self)
        }
    }
}
