/// One way to run a planned network.
protocol Executor: AnyObject {
    /// Bytes taken for maps, scratch and packed weights; what the plan said.
    var bytes: Int { get }
    /// Of the last frame, in forward order.
    var layerTimings: [LayerTiming] { get }
    /// For other resolutions of the same model; nil where the engine packs none.
    var packed: PackedWeights? { get }
    /// Rounds to the nearest byte and clamps.
    func paint(_ input: PixelBuffer, into output: PixelBuffer)
    /// The network's own numbers, neither rounded nor clamped: height x width x 3 of the output.
    func paint(_ input: PixelBuffer, into values: UnsafeMutablePointer<Float>)
}

extension Executor {
    var packed: PackedWeights? { nil }
}

/// What one layer took.
public struct LayerTiming: Sendable {
    public let name: String
    public internal(set) var seconds: Double
    /// Multiplications and additions of the layer as the architecture states it, whatever shortcut computed it.
    public let flops: Double
    /// Multiplications and additions that the kernels really do: fewer than `flops` where a shortcut saves some.
    public let executed: Double

    public init(name: String, seconds: Double, flops: Double, executed: Double? = nil) {
        self.name = name
        self.seconds = seconds
        self.flops = flops
        self.executed = executed ?? flops
    }
}

extension Engine {
    /// The engine that runs when this one is asked for: `auto` decided, and what the mask forbids replaced.
    func resolved(mask: InstructionSet?, native: Bool) -> Engine {
        switch (self, mask) {
        case (.reference, _), (_, .portable?): .reference
        case (.blas, _), (_, .blas?): .blas
        case (.native, _): .native
        case (.auto, _): native ? .native : .blas
        }
    }

    /// Bytes that an executor of this engine will take.
    /// - Throws: `NetworkError.engineUnavailable`.
    func bytes(for plan: Plan) throws(NetworkError) -> Int {
        switch self {
        case .reference: return ReferenceLayout(plan).bytes
        case .blas, .auto: return BLASLayout(plan).bytes
        case .native:
            guard let native = plan.native else { throw .engineUnavailable(self) }
            return NativeLayout(plan, graph: native.graph, kernels: native.kernels).bytes
                + PackedWeights.bytes(native.graph, native.kernels)
        }
    }

    /// - Parameter packed: The model's weights packed for `plan.native` by another executor; nil to pack them here.
    /// - Throws: `NetworkError` when memory is refused or the engine does not run here.
    func executor(for plan: Plan, model: Model, packed: PackedWeights?, pool: ThreadPool) throws(NetworkError) -> any Executor {
        switch self {
        case .reference: return try PlanarExecutor(reference: plan, model: model, pool: pool)
        case .blas, .auto: return try PlanarExecutor(blas: plan, model: model, pool: pool)
        case .native:
            guard let native = plan.native else { throw .engineUnavailable(self) }
            return try NativeExecutor(
                plan: plan, graph: native.graph,
                packed: packed ?? PackedWeights(model: model, graph: native.graph, kernels: native.kernels),
                isOwner: packed == nil, pool: pool)
        }
    }
}
