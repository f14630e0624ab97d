import CKernels

/// A convolution as it is written, one product a tap: of the frame's bytes or of a map, to a map, or (`TMP_UP`) to bytes.
struct DirectKernel: LayerKernel {
    let convolution: Convolution

    var readsFrame: Bool { convolution.inputs == 3 }
    var writesFrame: Bool { mode == TMP_UP }
    var needsRange: Bool { !readsFrame }

    func packedSize(_ table: tmp_kernels) -> (bytes: Int, scales: Int) {
        (table.direct_packed_bytes(mode, kernel, inputs, outputs), table.direct_scales(mode, outputs))
    }

    func pack(_ weights: [Float], into entry: PackedWeights.Entry, _ table: tmp_kernels) {
        table.direct_pack(weights, mode, kernel, inputs, outputs, entry.weights, entry.scales)
    }

    /// Of the outputs; enlarged, of the map's pixels, as each makes four of them.
    func grid(_ extent: KernelExtent, _ chunk: ChunkSize) -> ChunkGrid {
        switch mode {
        case TMP_UP: ChunkGrid(width: (extent.resultWidth + 1) / 2, height: (extent.resultHeight + 1) / 2, chunk)
        case TMP_DOWN: ChunkGrid(width: extent.width / 2, height: extent.height / 2, chunk)
        default: ChunkGrid(width: extent.width, height: extent.height, chunk)
        }
    }

    func scratchBytes(_ chunk: ChunkSize, _ table: tmp_kernels) -> Int {
        table.direct_scratch(mode, kernel, Int32(chunk.columns), inputs, outputs)
    }

    func products(_ extent: KernelExtent, _ kernels: NativeKernels) -> Double {
        let c = convolution, pixels = extent.width * extent.height
        // Three outputs of four phases fill whole vectors, and see 5 pixels a side through a kernel of 9.
        let taps = mode == TMP_UP ? (c.kernel / 2 + 1) / 2 * 2 + 1 : c.kernel
        let columns = (mode == TMP_UP ? 12 : c.outputs).whole(kernels.lanes)
        return 2 * Double((mode == TMP_DOWN ? pixels / 4 : pixels) * taps * taps * c.inputs * columns)
    }

    func bind(_ operands: KernelOperands, _ table: tmp_kernels) -> any BoundKernel {
        let job = tmp_direct(
            load: operands.load, load_scale: 1, mode: mode, kernel: kernel, outputs: outputs, weights: operands.weights.weights,
            weight_scale: operands.weights.scales, bias: operands.bias, map: operands.map)
        return Bound(job, table, readsFrame: readsFrame)
    }

    private final class Bound: BoundKernel {
        private let job: Fixed<tmp_direct>
        private var frame: FrameOperand
        private let table: tmp_kernels

        init(_ job: tmp_direct, _ table: tmp_kernels, readsFrame: Bool) {
            self.job = Fixed(job)
            self.table = table
            frame = FrameOperand(isRead: readsFrame)
        }

        func begin(_ frame: KernelFrame) {
            job.pointer.pointee.load_scale = frame.loadScale
            self.frame.set(frame)
        }

        func run(_ chunk: ChunkGrid.Chunk, scratch: UnsafeMutableRawPointer, statistics: tmp_statistics) {
            let (x, y) = chunk
            table.direct(job.pointer, frame.fixed.pointer, frame.values, x.0, x.1, y.0, y.1, scratch, statistics)
        }
    }
}
