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

        /// - Parameter values: O x I x k x k.
        init(_ kernel: any LayerKernel, _ values: [Float], _ table: tmp_kernels) {
            let size = kernel.packedSize(table)
            weights = .allocate(byteCount: size.bytes, alignment: 64)
            scales = .allocate(capacity: size.scales)
            scales.initialize(repeating: 0, count: size.scales)
            kernel.pack(values, into: self, table)
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
        entries = graph.layers.map { Entry($0.kernel, model[$0.convolution.weightName], table) }
        bytes = Self.bytes(graph, kernels)
        var rest = model
        for layer in graph.layers { rest.tensors[layer.convolution.weightName] = nil }
        self.model = rest
        self.kernels = kernels
    }

    /// What packing takes.
    static func bytes(_ graph: NativeGraph, _ kernels: NativeKernels) -> Int {
        graph.layers.reduce(0) {
            let size = $1.kernel.packedSize(kernels.table.pointee)
            return $0 + size.bytes + 4 * size.scales
        }
    }
}
