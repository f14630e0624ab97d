import CKernels

/// A 3x3 convolution in the manner of Winograd (Lavin and Gray 2015, arXiv:1509.09308): F(4x4, 3x3), and what follows from
/// it for maps that double or halve.
struct WinogradKernel: LayerKernel {
    let convolution: Convolution

    var readsFrame: Bool { false }
    var writesFrame: Bool { false }
    var needsRange: Bool { false }

    func packedSize(_ table: tmp_kernels) -> (bytes: Int, scales: Int) {
        (table.winograd_packed_bytes(mode, inputs, outputs), table.winograd_scales(mode, outputs))
    }

    func pack(_ weights: [Float], into entry: PackedWeights.Entry, _ table: tmp_kernels) {
        table.winograd_pack(weights, mode, inputs, outputs, entry.weights, entry.scales)
    }

    private func tiles(_ extent: KernelExtent) -> Int {
        Int(tmp_winograd_tiles(mode, Int32(extent.width))) * Int(tmp_winograd_tiles(mode, Int32(extent.height)))
    }

    /// In one line: a chunk may go on in the next row of tiles.
    func grid(_ extent: KernelExtent, _ chunk: ChunkSize) -> ChunkGrid { ChunkGrid(tiles: tiles(extent), chunk) }

    func scratchBytes(_ chunk: ChunkSize, _ table: tmp_kernels) -> Int {
        table.winograd_scratch(mode, inputs, Int32(chunk.tiles))
    }

    func products(_ extent: KernelExtent, _ kernels: NativeKernels) -> Double {
        let operands = (mode == TMP_DOWN ? 4 : 1) * convolution.inputs
        let columns = (mode == TMP_UP ? 4 : 1) * convolution.outputs
        return 2 * Double(36 * tiles(extent) * operands * columns.whole(kernels.lanes))
    }

    func bind(_ operands: KernelOperands, _ table: tmp_kernels) -> any BoundKernel {
        Bound(
            tmp_winograd(
                load: operands.load, mode: mode, outputs: outputs, weights: operands.weights.weights,
                weight_scale: operands.weights.scales, map: operands.map), table)
    }

    private final class Bound: BoundKernel {
        private let job: Fixed<tmp_winograd>
        private let table: tmp_kernels

        init(_ job: tmp_winograd, _ table: tmp_kernels) {
            self.job = Fixed(job)
            self.table = table
        }

        func begin(_ frame: KernelFrame) {}

        func run(_ chunk: ChunkGrid.Chunk, scratch: UnsafeMutableRawPointer, statistics: tmp_statistics) {
            table.winograd(job.pointer, chunk.x.0, chunk.x.1 - chunk.x.0, scratch, statistics)
        }
    }
}
