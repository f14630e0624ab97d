/// Memory and chunks of a native run at one resolution.
struct NativeLayout {
    let graph: NativeGraph
    let maps: NativeMaps
    /// One a layer.
    let grids: [ChunkGrid]
    /// Operations of each layer's matrix products: without the transforms, with the columns that only fill a block.
    let products: [Double]
    let arena: MemoryRegion<UInt8>
    /// A worker's scratch, bytes.
    let scratchBytes: Int
    let scratch: MemoryRegion<UInt8>
    let statistics: MemoryRegion<UInt8>
    let channels: Int
    /// Without the packed weights, which are shared between resolutions.
    let bytes: Int

    init(_ plan: Plan, graph: NativeGraph, kernels: NativeKernels) {
        self.graph = graph
        let enlargement = plan.architecture.enlargement
        let (width, height) = (plan.innerWidth * enlargement, plan.innerHeight * enlargement)
        maps = NativeMaps(graph: graph, width: width, height: height, elementSize: kernels.elementSize)
        let extents = graph.layers.map { layer in
            KernelExtent(
                width: width / layer.scaleIn, height: height / layer.scaleIn, resultWidth: plan.outputWidth,
                resultHeight: plan.outputHeight)
        }
        let chunk = kernels.chunk, table = kernels.table.pointee
        grids = zip(graph.layers, extents).map { $0.kernel.grid($1, chunk) }
        products = zip(graph.layers, extents).map { $0.kernel.products($1, kernels) }
        let largest = graph.layers.map { $0.kernel.scratchBytes(chunk, table) }.max() ?? 0
        scratchBytes = largest.whole(4096)
        channels = graph.layers.map(\.convolution.outputs).max() ?? 0
        var layout = MemoryLayoutPlan()
        arena = layout.reserve(maps.bytes + 64)
        scratch = layout.reserve(plan.threads * scratchBytes)
        let chunks = grids.map(\.count).max() ?? 0
        statistics = layout.reserve(NativeStatistics.bytes(chunks: chunks, channels: channels))
        bytes = layout.bytes
    }
}
