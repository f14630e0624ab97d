import COpenBLAS

/// Convolutions as matrix products: a run of output pixels at a time, the inputs that they see are copied into the columns
/// of a matrix (im2col), and OpenBLAS multiplies the weights with it. The threads are ours; OpenBLAS stays at one a caller.
///
/// Maps are channels x height x width, so that a product's rows are stretches of the output's planes.
final class BLASExecutor: Executor {
    private let memory: Memory
    private let pool: ThreadPool
    private let frame: PlanarFrame
    private let schedule = Schedule()

    init(plan: Plan, model: Model, pool: ThreadPool) throws(NetworkError) {
        let layout = BLASLayout(plan)
        let memory = try Memory(bytes: layout.bytes)
        let maps = memory[layout.maps]
        openblas_set_num_threads(1)
        self.memory = memory
        self.pool = pool
        frame = PlanarFrame(plan: plan, first: maps + plan.maps[0].offset, last: maps + (plan.maps.last?.offset ?? 0))
        schedule.layer("input")
        schedule.step(plan.innerHeight) { [frame] y, _ in frame.load(row: y) }
        for (layer, regions) in zip(plan.layers, layout.layers) {
            let convolution = layer.convolution
            let weights = model[convolution.parameters[0].name]
            let source = ColumnSource(
                convolution, regions: regions, memory: memory, map: plan.maps[layer.input], maps: maps)
            let work = BLASWork(
                source: source, columns: memory[layout.columns], columnFloats: layout.columnFloats,
                products: memory[layout.products], productFloats: layout.productFloats,
                weights: memory[regions.weights],
                output: maps + plan.maps[layer.output].offset, outputMap: plan.maps[layer.output],
                pixels: regions.pixels)
            schedule.layer(convolution.name, flops: plan.flops(of: layer))
            switch regions.method {
            case .columns:
                work.packColumns(weights)
                schedule.step(regions.chunks) { chunk, worker in work.convolve(chunk, worker) }
            case .phases:
                work.packPhases(weights)
                schedule.step(regions.chunks) { chunk, worker in work.convolvePhases(chunk, worker) }
            case .shifts:
                work.packShifts(weights)
                schedule.step(regions.chunks) { chunk, worker in work.convolveShifts(chunk, worker) }
            }
            let finish = ChannelFinish(layer, plan: plan, model: model, maps: maps)
            schedule.step(convolution.outputs) { channel, _ in finish.run(channel) }
        }
        schedule.layer("output")
        schedule.step(plan.height) { [frame] y, _ in frame.store(row: y) }
    }

    var bytes: Int { memory.bytes }
    var layerTimings: [LayerTiming] { schedule.timings }

    func paint(_ input: PixelBuffer, into output: PixelBuffer) { frame.paint(input, into: output, schedule, pool) }

    func paint(_ input: PixelBuffer, into values: UnsafeMutablePointer<Float>) {
        frame.paint(input, into: values, schedule, pool)
    }
}
