import CKernels

/// One layer made ready for one resolution: the kernel with its operands, its chunks, and the instance norm in its load.
///
/// Everything a frame needs is here before the first frame, closures included, so that a frame allocates nothing.
final class NativeStep {
    private let kernel: any BoundKernel
    private let norm: NativeNorm
    private let bias: UnsafeMutablePointer<Float>
    private let chunks: Int
    private let outputs: Int
    /// Of the map that this layer loads.
    private let pixels: Int
    private let body: (_ chunk: Int, _ worker: Int) -> Void

    init(_ index: Int, plan: Plan, layout: NativeLayout, packed: PackedWeights, memory: Memory, statistics: NativeStatistics) {
        let layer = layout.graph.layers[index], grid = layout.grids[index], c = layer.convolution
        let arena = UnsafeMutableRawPointer(memory[layout.arena])
        let scratchStart = UnsafeMutableRawPointer(memory[layout.scratch])
        let scratch = (0..<plan.threads).map { scratchStart + $0 * layout.scratchBytes }
        let norm = NativeNorm(layer: layer, model: packed.model, floor: packed.kernels.floor(ofBytes: index == 1))
        let enlargement = plan.architecture.enlargement
        let (w, h) = (plan.innerWidth * enlargement / layer.scaleIn, plan.innerHeight * enlargement / layer.scaleIn)

        var load = tmp_load()
        if index > 0 { load.map = UnsafeRawPointer(arena + layout.maps.outputs[index - 1]) }
        if let skip = layer.skip { load.skip = UnsafeRawPointer(arena + layout.maps.kept[skip]) }
        if layer.keeps { load.sum = arena + layout.maps.kept[index] }
        (load.scale, load.shift) = (UnsafePointer(norm.scale), UnsafePointer(norm.shift))
        (load.width, load.height, load.channels) = (Int32(w), Int32(h), Int32(c.inputs))
        load.relu = layer.inputReLU ? 1 : 0

        let biases = packed.model[c.biasName]
        bias = .allocate(capacity: biases.count)
        bias.initialize(from: biases, count: biases.count)
        let operands = KernelOperands(
            load: load, weights: packed.entries[index], bias: bias, map: arena + layout.maps.outputs[index])
        let kernel = layer.kernel.bind(operands, packed.kernels.table.pointee), shares = statistics.shares
        body = { chunk, worker in kernel.run(grid[chunk], scratch: scratch[worker], statistics: shares[chunk]) }
        self.kernel = kernel
        self.norm = norm
        chunks = grid.count
        outputs = c.outputs
        pixels = w * h
    }

    deinit { bias.deallocate() }

    /// Folds the statistics of the map before into this layer's load, then runs the layer.
    func run(
        input: tmp_frame, output: tmp_frame, values: UnsafeMutablePointer<Float>?, statistics: NativeStatistics, pool: ThreadPool
    ) {
        let factor = norm.fold(statistics, pixels: pixels)
        kernel.begin(KernelFrame(input: input, output: output, values: values, loadScale: factor))
        statistics.reset(chunks: chunks, channels: outputs)
        pool.run(chunks, body)
    }
}
