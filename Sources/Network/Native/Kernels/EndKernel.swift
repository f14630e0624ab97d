import CKernels

/// The first convolution, from the frame's bytes, or the last, to them; stride 1, kernels up to 15.
struct EndKernel: LayerKernel {
    let convolution: Convolution
    /// Of the last: the input picture is added, each pixel to so many by so many; nil where it is not.
    var picture: Int?

    var readsFrame: Bool { convolution.inputs == 3 }
    var writesFrame: Bool { !readsFrame }
    var needsRange: Bool { !readsFrame }

    func packedSize(_ table: tmp_kernels) -> (bytes: Int, scales: Int) {
        (table.end_packed_bytes(kernel, inputs, outputs), table.end_scales(kernel, outputs))
    }

    func pack(_ weights: [Float], into entry: PackedWeights.Entry, _ table: tmp_kernels) {
        table.end_pack(weights, kernel, inputs, outputs, entry.weights, entry.scales)
    }

    func grid(_ extent: KernelExtent, _ chunk: ChunkSize) -> ChunkGrid {
        readsFrame
            ? ChunkGrid(width: extent.width, height: extent.height, chunk)
            : ChunkGrid(width: extent.resultWidth, height: extent.resultHeight, chunk)
    }

    func scratchBytes(_ chunk: ChunkSize, _ table: tmp_kernels) -> Int {
        table.end_scratch(kernel, Int32(chunk.columns), inputs, outputs)
    }

    func products(_ extent: KernelExtent, _ kernels: NativeKernels) -> Double {
        let c = convolution, table = kernels.table.pointee, block = Int(table.columns)
        // F(3, 3) in groups of three rows; bfloat16 takes them one by one.
        let rows = table.arithmetic == TMP_BF16 ? Double(c.kernel) : Double((c.kernel + 2) / 3) * 5 / 3
        let products = readsFrame ? c.kernel * 3 * c.outputs.whole(block) : c.inputs * (3 * c.kernel).whole(block)
        return 2 * Double(extent.width * extent.height * products) * rows
    }

    func bind(_ operands: KernelOperands, _ table: tmp_kernels) -> any BoundKernel {
        let job = tmp_end(
            load: operands.load, load_scale: 1, kernel: kernel, outputs: outputs, weights: operands.weights.weights,
            weight_scale: operands.weights.scales, bias: operands.bias, map: operands.map, picture: tmp_frame(),
            enlargement: Int32(picture ?? 0))
        return Bound(job, table, readsFrame: readsFrame)
    }

    private final class Bound: BoundKernel {
        private let job: Fixed<tmp_end>
        private var frame: FrameOperand
        private let table: tmp_kernels

        init(_ job: tmp_end, _ table: tmp_kernels, readsFrame: Bool) {
            self.job = Fixed(job)
            self.table = table
            frame = FrameOperand(isRead: readsFrame)
        }

        func begin(_ frame: KernelFrame) {
            job.pointer.pointee.load_scale = frame.loadScale
            if job.pointer.pointee.enlargement > 0 { job.pointer.pointee.picture = frame.input }
            self.frame.set(frame)
        }

        func run(_ chunk: ChunkGrid.Chunk, scratch: UnsafeMutableRawPointer, statistics: tmp_statistics) {
            let (x, y) = chunk
            if frame.isRead {
                table.first(job.pointer, frame.fixed.pointer, x.0, x.1, y.0, y.1, scratch, statistics)
            } else {
                table.last(job.pointer, frame.fixed.pointer, frame.values, x.0, x.1, y.0, y.1, scratch)
            }
        }
    }
}
