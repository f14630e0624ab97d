import CKernels

/// One layer made ready for one resolution: the kernel's job, its chunks, and the instance norm in its load.
///
/// Everything a frame needs is here before the first frame, closures included, so that a frame allocates nothing.
final class NativeStep {
    private let job: Job
    private let norm: NativeNorm
    private let chunks: Int
    private let outputs: Int
    /// The last layer of a network that adds the picture itself.
    private let addsPicture: Bool
    /// Of the map that this layer loads.
    private let pixels: Int
    private let body: (_ chunk: Int, _ worker: Int) -> Void

    /// What the kernels of one layer read, at addresses that stay.
    private final class Job {
        var end = tmp_end()
        var winograd = tmp_winograd()
        var direct = tmp_direct()
        var input = tmp_frame()
        var output = tmp_frame()
        var values: UnsafeMutablePointer<Float>?
        let bias: UnsafeMutablePointer<Float>

        init(bias values: [Float]) {
            bias = .allocate(capacity: values.count)
            bias.initialize(from: values, count: values.count)
        }

        deinit { bias.deallocate() }
    }

    init(_ index: Int, plan: Plan, layout: NativeLayout, packed: PackedWeights, memory: Memory, statistics: NativeStatistics) {
        let layer = layout.graph.layers[index], entry = packed.entries[index], grid = layout.grids[index]
        let c = layer.convolution
        let table = packed.kernels.table.pointee
        let arena = UnsafeMutableRawPointer(memory[layout.arena])
        let scratchStart = UnsafeMutableRawPointer(memory[layout.scratch])
        let scratch = (0..<plan.threads).map { scratchStart + $0 * layout.scratchBytes }
        let norm = NativeNorm(layer: layer, model: packed.model, floor: packed.kernels.floor(ofBytes: index == 1))
        let enlargement = plan.architecture.enlargement
        let (w, h) = (plan.innerWidth * enlargement / layer.scaleIn, plan.innerHeight * enlargement / layer.scaleIn)

        var load = tmp_load()
        if index > 0 { load.map = UnsafeRawPointer(arena + layout.maps.outputs[index - 1].offset) }
        if let skip = layer.skip { load.skip = UnsafeRawPointer(arena + layout.maps.kept[skip].offset) }
        if layer.keeps { load.sum = arena + layout.maps.kept[index].offset }
        (load.scale, load.shift) = (UnsafePointer(norm.scale), UnsafePointer(norm.shift))
        (load.width, load.height, load.channels) = (Int32(w), Int32(h), Int32(c.inputs))
        load.relu = layer.inputReLU ? 1 : 0
        let map = arena + layout.maps.outputs[index].offset
        let (weights, scales) = (UnsafeRawPointer(entry.weights), UnsafePointer(entry.scales))
        let job = Job(bias: packed.model[c.biasName])
        job.end = tmp_end(
            load: load, load_scale: 1, kernel: Int32(c.kernel), outputs: Int32(c.outputs), weights: weights,
            weight_scale: scales, bias: UnsafePointer(job.bias), map: map,
            picture: tmp_frame(), enlargement: Int32(enlargement))

        let shares = statistics.shares
        switch layer.kind {
        case .first:
            body = { chunk, worker in
                let (x, y) = grid[chunk]
                table.first(&job.end, &job.input, x.0, x.1, y.0, y.1, scratch[worker], shares[chunk])
            }
        case .last:
            body = { chunk, worker in
                let (x, y) = grid[chunk]
                table.last(&job.end, &job.output, job.values, x.0, x.1, y.0, y.1, scratch[worker])
            }
        case .winograd(let mode):
            job.winograd = tmp_winograd(
                load: load, mode: mode, outputs: Int32(c.outputs), weights: weights, weight_scale: scales, map: map)
            body = { chunk, worker in
                let tiles = grid[chunk].x
                table.winograd(&job.winograd, tiles.0, tiles.1 - tiles.0, scratch[worker], shares[chunk])
            }
        case .direct(let mode):
            job.direct = tmp_direct(
                load: load, load_scale: 1, mode: mode, kernel: Int32(c.kernel), outputs: Int32(c.outputs), weights: weights,
                weight_scale: scales, bias: UnsafePointer(job.bias), map: map)
            let readsFrame = layer.readsFrame
            body = { chunk, worker in
                let (x, y) = grid[chunk]
                let frame = readsFrame ? job.input : job.output
                withUnsafePointer(to: frame) {
                    table.direct(
                        &job.direct, $0, job.values, x.0, x.1, y.0, y.1, scratch[worker], shares[chunk])
                }
            }
        }
        self.job = job
        self.norm = norm
        chunks = grid.count
        outputs = c.outputs
        if case .last = layer.kind { addsPicture = plan.architecture.addsPicture } else { addsPicture = false }
        pixels = w * h
    }

    /// Folds the statistics of the map before into this layer's load, then runs the layer.
    func run(
        input: tmp_frame, output: tmp_frame, values: UnsafeMutablePointer<Float>?, statistics: NativeStatistics, pool: ThreadPool
    ) {
        job.input = input
        if addsPicture { job.end.picture = input }
        job.output = output
        job.values = values
        let factor = norm.fold(statistics, pixels: pixels)
        job.end.load_scale = factor
        job.direct.load_scale = factor
        statistics.reset(chunks: chunks, channels: outputs)
        pool.run(chunks, body)
    }
}
