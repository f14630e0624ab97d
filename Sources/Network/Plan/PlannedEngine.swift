/// What runs a plan's network: an `Engine`, decided.
enum PlannedEngine: Sendable {
    case reference
    case blas
    case native(NativeGraph, NativeKernels)

    /// What runs when `engine` is asked for: `auto` decided, and what the mask forbids replaced.
    /// - Parameter native: What our own kernels would run; nil where they cannot.
    /// - Throws: `NetworkError.engineUnavailable`.
    init(
        _ engine: Engine, mask: InstructionSet?, native: (graph: NativeGraph, kernels: NativeKernels)?
    ) throws(NetworkError) {
        switch (engine, mask, native) {
        case (.reference, _, _), (_, .portable?, _): self = .reference
        case (.blas, _, _), (_, .blas?, _), (.auto, _, nil): self = .blas
        case (_, _, let native?): self = .native(native.graph, native.kernels)
        case (.native, _, nil): throw .engineUnavailable(engine)
        }
    }

    var engine: Engine {
        switch self {
        case .reference: .reference
        case .blas: .blas
        case .native: .native
        }
    }

    /// Of the products: `fp32` or `bf16`.
    var precision: Precision { if case .native(_, let kernels) = self { kernels.precision } else { .fp32 } }

    /// What multiplies, in words.
    var kernels: String {
        switch self {
        case .reference: "reference fp32"
        case .blas: "OpenBLAS fp32"
        case .native(_, let kernels): kernels.name
        }
    }

    /// Bytes that its executor will take.
    func bytes(for plan: Plan) -> Int {
        switch self {
        case .reference: ReferenceLayout(plan).bytes
        case .blas: BLASLayout(plan).bytes
        case .native(let graph, let kernels):
            NativeLayout(plan, graph: graph, kernels: kernels).bytes + PackedWeights.bytes(graph, kernels)
        }
    }

    /// - Parameter packed: The model's weights packed for our own kernels by another executor; nil to pack them here.
    /// - Throws: `NetworkError` when memory is refused.
    func executor(for plan: Plan, model: Model, packed: PackedWeights?, pool: ThreadPool) throws(NetworkError) -> any Executor {
        switch self {
        case .reference: try PlanarExecutor(reference: plan, model: model, pool: pool)
        case .blas: try PlanarExecutor(blas: plan, model: model, pool: pool)
        case .native(let graph, let kernels):
            try NativeExecutor(
                plan: plan, graph: graph, packed: packed ?? PackedWeights(model: model, graph: graph, kernels: kernels),
                isOwner: packed == nil, pool: pool)
        }
    }
}
