import CKernels

/// A model's convolutions in the order our kernels read them. Made once, shared by every resolution.
///
/// Read-only after `init`, which is what makes it safe to send.
final class PackedWeights: @unchecked Sendable {
    /// One convolution's weights as the kernel table's pack function laid them out, 64-byte aligned.
    final class Entry {
        let weights: UnsafeMutableRawPointer
        /// int16: what one count of a packed weight is worth.
        let scales: UnsafeMutablePointer<Float>

        init(bytes: Int, scales count: Int) {
            weights = .allocate(byteCount: bytes, alignment: 64)
            scales = .allocate(capacity: count)
            scales.initialize(repeating: 0, count: count)
        }

        deinit {
            weights.deallocate()
            scales.deallocate()
        }
    }

    /// What is not packed: the biases and the parameters of the instance norms.
    let model: Model
    let kernels: NativeKernels
    /// One a layer of the graph.
    let entries: [Entry]

    let bytes: Int

    init(model: Model, graph: NativeGraph, kernels: NativeKernels) {
        let table = kernels.table.pointee
        entries = graph.layers.map { layer in
            let c = layer.convolution, size = Self.size(layer, kernels)
            let entry = Entry(bytes: size.bytes, scales: size.scales)
            let weights = model[c.weightName]
            let (k, i, o) = (Int32(c.kernel), Int32(c.inputs), Int32(c.outputs))
            switch layer.kind {
            case .first, .last: table.end_pack(weights, k, i, o, entry.weights, entry.scales)
            case .winograd(let mode): table.winograd_pack(weights, mode, i, o, entry.weights, entry.scales)
            case .direct(let mode): table.direct_pack(weights, mode, k, i, o, entry.weights, entry.scales)
            }
            return entry
        }
        bytes = Self.bytes(graph, kernels)
        var rest = model
        for layer in graph.layers { rest.tensors[layer.convolution.weightName] = nil }
        self.model = rest
        self.kernels = kernels
    }

    /// What packing takes.
    static func bytes(_ graph: NativeGraph, _ kernels: NativeKernels) -> Int {
        graph.layers.reduce(0) {
            let size = Self.size($1, kernels)
            return $0 + size.bytes + 4 * size.scales
        }
    }

    private static func size(_ layer: NativeGraph.Layer, _ kernels: NativeKernels) -> (bytes: Int, scales: Int) {
        let table = kernels.table.pointee, c = layer.convolution
        let (k, i, o) = (Int32(c.kernel), Int32(c.inputs), Int32(c.outputs))
        switch layer.kind {
        case .first, .last: return (table.end_packed_bytes(k, i, o), table.end_scales(k, o))
        case .winograd(let mode): return (table.winograd_packed_bytes(mode, i, o), table.winograd_scales(mode, o))
        case .direct(let mode): return (table.direct_packed_bytes(mode, k, i, o), table.direct_scales(mode, o))
        }
    }
}
