import CKernels

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

    /// Output rows and columns a chunk of an end: long enough that rows loaded twice at the borders do not count, short
    /// enough that threads end together. Rows are a multiple of 3, as the ends' tiles are.
    private static let rowsPerChunk = 12, columnsPerChunk = 160

    init(_ plan: Plan, graph: NativeGraph, kernels: NativeKernels) {
        self.graph = graph
        let enlargement = plan.architecture.enlargement
        let (width, height) = (plan.innerWidth * enlargement, plan.innerHeight * enlargement)
        maps = NativeMaps(graph: graph, width: width, height: height, elementSize: kernels.elementSize)
        grids = graph.layers.map { layer in
            let (w, h) = (width / layer.scaleIn, height / layer.scaleIn)
            switch layer.kind {
            case .first: return ChunkGrid(width: w, height: h, columns: Self.columnsPerChunk, rows: Self.rowsPerChunk)
            case .last:
                return ChunkGrid(
                    width: plan.outputWidth, height: plan.outputHeight, columns: Self.columnsPerChunk, rows: Self.rowsPerChunk)
            case .winograd(let mode):
                // In one line: a chunk may go on in the next row of tiles.
                let tiles = Int(tmp_winograd_tiles(mode, Int32(w))) * Int(tmp_winograd_tiles(mode, Int32(h)))
                return ChunkGrid(tiles: tiles, perChunk: kernels.tilesPerChunk)
            case .direct(let mode):
                let (w, h) = mode == TMP_UP ? ((plan.outputWidth + 1) / 2, (plan.outputHeight + 1) / 2) : (w / 2, h / 2)
                return ChunkGrid(width: w, height: h, columns: Self.columnsPerChunk, rows: Self.rowsPerChunk)
            }
        }
        let table = kernels.table.pointee, block = Int(table.columns)
        products = graph.layers.map { layer in
            let c = layer.convolution, (w, h) = (width / layer.scaleIn, height / layer.scaleIn)
            switch layer.kind {
            case .winograd(let mode):
                let tiles = Int(tmp_winograd_tiles(mode, Int32(w))) * Int(tmp_winograd_tiles(mode, Int32(h)))
                let operands = (mode == TMP_DOWN ? 4 : 1) * c.inputs, columns = (mode == TMP_UP ? 4 : 1) * c.outputs
                return 2 * Double(36 * tiles * operands * Self.whole(columns, kernels.lanes))
            case .first, .last:
                // F(3, 3) in groups of three rows; bfloat16 takes them one by one.
                let rows = table.arithmetic == TMP_BF16 ? Double(c.kernel) : Double((c.kernel + 2) / 3) * 5 / 3
                let products = c.outputs == 3 ? c.inputs * Self.whole(3 * c.kernel, block) : c.kernel * 3 * Self.whole(c.outputs, block)
                return 2 * Double(w * h * products) * rows
            case .direct(let mode):
                // Three outputs of four phases fill whole vectors, and see 5 pixels a side through a kernel of 9.
                let taps = mode == TMP_UP ? (c.kernel / 2 + 1) / 2 * 2 + 1 : c.kernel
                let pixels = mode == TMP_UP ? w * h : w * h / 4
                let columns = Self.whole(mode == TMP_UP ? 12 : c.outputs, kernels.lanes)
                return 2 * Double(pixels * taps * taps * c.inputs * columns)
            }
        }
        let largest = graph.layers.map { layer in
            let c = layer.convolution
            let (k, i, o) = (Int32(c.kernel), Int32(c.inputs), Int32(c.outputs))
            switch layer.kind {
            case .winograd(let mode): return table.winograd_scratch(mode, i, Int32(kernels.tilesPerChunk))
            case .first, .last: return table.end_scratch(k, Int32(Self.columnsPerChunk), i, o)
            case .direct(let mode): return table.direct_scratch(mode, k, Int32(Self.columnsPerChunk), i, o)
            }
        }.max() ?? 0
        scratchBytes = (largest + 4095) / 4096 * 4096
        channels = graph.layers.map(\.convolution.outputs).max() ?? 0
        var layout = MemoryLayoutPlan()
        arena = layout.reserve(maps.bytes + 64)
        scratch = layout.reserve(plan.threads * scratchBytes)
        let chunks = grids.map(\.count).max() ?? 0
        statistics = layout.reserve(NativeStatistics.bytes(chunks: chunks, channels: channels))
        bytes = layout.bytes
    }

    /// Columns in whole vectors or blocks.
    private static func whole(_ columns: Int, _ width: Int) -> Int { (columns + width - 1) / width * width }
}

/// A map cut into chunks of nearly equal size, numbered row by row.
struct ChunkGrid {
    private let width, height, across, down, rows: Int

    init(width: Int, height: Int, columns: Int, rows: Int) {
        (self.width, self.height, self.rows) = (width, height, rows)
        across = (width + columns - 1) / columns
        down = (height + rows - 1) / rows
    }

    /// One row of tiles, in an even number of chunks where there is more than one: two threads then end together. It does
    /// not depend on the number of threads, so that a picture does not either.
    init(tiles: Int, perChunk: Int) {
        let chunks = (tiles + perChunk - 1) / perChunk
        (width, height, rows, down) = (tiles, 1, 1, 1)
        across = chunks == 1 ? 1 : chunks + chunks % 2
    }

    var count: Int { across * down }

    /// Columns and rows of a chunk, half-open.
    subscript(chunk: Int) -> (x: (Int32, Int32), y: (Int32, Int32)) {
        let column = chunk % across, row = chunk / across
        return (
            (Int32(column * width / across), Int32((column + 1) * width / across)),
            (Int32(row * rows), Int32(min(height, (row + 1) * rows)))
        )
    }
}
