extension PlanarExecutor {
    /// The specification: each layer written as its definition, in float32 with sums of the norms in double.
    ///
    /// A layer pads its whole input, then makes each output channel: the convolution tap by tap, the instance norm over
    /// the channel, ReLU, the skip. Nothing is fused or reordered.
    convenience init(reference plan: Plan, model: Model, pool: ThreadPool) throws(NetworkError) {
        let layout = ReferenceLayout(plan), memory = try Memory(bytes: layout.bytes)
        let maps = memory[layout.maps], padded = memory[layout.padded]
        self.init(plan: plan, memory: memory, maps: maps, pool: pool) { schedule in
            for layer in plan.layers {
                let step = ReferenceLayer(layer, plan: plan, model: model, maps: maps, padded: padded)
                schedule.layer(layer.convolution.name, flops: plan.flops(of: layer))
                schedule.step(layer.convolution.inputs) { channel, _ in step.pad(channel) }
                schedule.step(layer.convolution.outputs) { channel, _ in step.compute(channel) }
            }
        }
    }
}

/// The memory of a reference executor.
struct ReferenceLayout {
    let maps: MemoryRegion<Float>
    /// The largest layer input, enlarged and padded.
    let padded: MemoryRegion<Float>
    let bytes: Int

    init(_ plan: Plan) {
        var layout = MemoryLayoutPlan()
        maps = layout.reserve(plan.mapFloats)
        let sizes = plan.layers.map { layer in
            let (height, width) = Self.paddedSize(layer.convolution, plan.maps[layer.input])
            return layer.convolution.inputs * height * width
        }
        padded = layout.reserve(sizes.max() ?? 0)
        bytes = layout.bytes
    }

    static func paddedSize(_ c: Convolution, _ map: Plan.Map) -> (height: Int, width: Int) {
        (map.height * c.upsampling + c.kernel - 1, map.width * c.upsampling + c.kernel - 1)
    }
}
