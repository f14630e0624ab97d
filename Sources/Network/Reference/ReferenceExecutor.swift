/// The specification: each layer written as its definition, in float32 with sums of the norms in double.
///
/// A layer pads its whole input, then makes each output channel: the convolution tap by tap, the instance norm over the
/// channel, ReLU, the skip. Nothing is fused or reordered.
final class ReferenceExecutor: Executor {
    private let memory: Memory
    private let pool: ThreadPool
    private let frame: PlanarFrame
    private let schedule = Schedule()

    init(plan: Plan, model: Model, pool: ThreadPool) throws(NetworkError) {
        let layout = ReferenceLayout(plan)
        memory = try Memory(bytes: layout.bytes)
        self.pool = pool
        let maps = memory[layout.maps], padded = memory[layout.padded]
        frame = PlanarFrame(plan: plan, first: maps + plan.maps[0].offset, last: maps + (plan.maps.last?.offset ?? 0))
        schedule.layer("input")
        schedule.step(plan.innerHeight) { [frame] y, _ in frame.load(row: y) }
        for layer in plan.layers {
            let step = ReferenceLayer(layer, plan: plan, model: model, maps: maps, padded: padded)
            schedule.layer(layer.convolution.name, flops: plan.flops(of: layer))
            schedule.step(layer.convolution.inputs) { channel, _ in step.pad(channel) }
            schedule.step(layer.convolution.outputs) { channel, _ in step.compute(channel) }
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
