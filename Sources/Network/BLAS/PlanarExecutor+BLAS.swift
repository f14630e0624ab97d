import COpenBLAS

extension PlanarExecutor {
    /// Convolutions as matrix products: a run of output pixels at a time, the inputs that they see are copied into the
    /// columns of a matrix (im2col), and OpenBLAS multiplies the weights with it. The threads are ours; OpenBLAS stays at
    /// one a caller.
    ///
    /// Maps are channels x height x width, so that a product's rows are stretches of the output's planes.
    convenience init(blas plan: Plan, model: Model, pool: ThreadPool) throws(NetworkError) {
        let layout = BLASLayout(plan), memory = try Memory(bytes: layout.bytes)
        let maps = memory[layout.maps]
        openblas_set_num_threads(1)
        self.init(plan: plan, memory: memory, maps: maps, pool: pool) { schedule in
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
                if finish.normalises { schedule.step(convolution.outputs) { channel, _ in finish.measure(channel) } }
                schedule.step(convolution.outputs) { channel, _ in finish.run(channel) }
            }
        }
    }
}
