import CKernels

/// Runs a network on our own kernels.
///
/// Maps are H x W x C, raw outputs of each convolution; instance norm, ReLU and skips are applied as the next layer loads
/// them. The first and last layer read and write the frame's bytes.
final class NativeExecutor: Executor {
    let bytes: Int
    let packed: PackedWeights?
    private let plan: Plan
    private let steps: [NativeStep]
    private let statistics: NativeStatistics
    private let pool: ThreadPool
    private let memory: Memory
    private(set) var layerTimings: [LayerTiming]

    init(plan: Plan, graph: NativeGraph, packed: PackedWeights, isOwner: Bool, pool: ThreadPool) throws(NetworkError) {
        let layout = NativeLayout(plan, graph: graph, kernels: packed.kernels)
        let memory = try Memory(bytes: layout.bytes)
        let statistics = NativeStatistics(
            chunks: layout.grids.map(\.count).max() ?? 0, channels: layout.channels,
            memory: UnsafeMutableRawPointer(memory[layout.statistics]))
        steps = graph.layers.indices.map {
            NativeStep($0, plan: plan, layout: layout, packed: packed, memory: memory, statistics: statistics)
        }
        layerTimings = plan.layers.indices.map {
            LayerTiming(
                name: plan.layers[$0].convolution.name, seconds: 0, flops: plan.flops(of: plan.layers[$0]),
                executed: layout.products[$0])
        }
        bytes = layout.bytes + (isOwner ? packed.bytes : 0)
        self.packed = packed
        self.plan = plan
        self.statistics = statistics
        self.pool = pool
        self.memory = memory
    }

    func paint(_ input: PixelBuffer, into output: PixelBuffer) { run(input, output.kernelFrame, values: nil) }

    func paint(_ input: PixelBuffer, into values: UnsafeMutablePointer<Float>) {
        var output = input.kernelFrame
        (output.width, output.height) = (Int32(plan.outputWidth), Int32(plan.outputHeight))
        run(input, output, values: values)
    }

    private func run(_ input: PixelBuffer, _ output: tmp_frame, values: UnsafeMutablePointer<Float>?) {
        var start = MonotonicClock.seconds
        for index in steps.indices {
            steps[index].run(input: input.kernelFrame, output: output, values: values, statistics: statistics, pool: pool)
            let end = MonotonicClock.seconds
            layerTimings[index].seconds = end - start
            start = end
        }
    }
}
