import CKernels

/// A family of kernels set to one convolution: how its weights are packed, how its work is cut, and what runs a chunk.
///
/// A new family is a type like this, the line of `NativeGraph` that chooses it, and one of `KernelFamily` that has it checked
/// and timed.
protocol LayerKernel: Sendable {
    var convolution: Convolution { get }
    /// Whether it reads, or writes, the frame's bytes instead of a map.
    var readsFrame: Bool { get }
    var writesFrame: Bool { get }
    /// Whether int16 kernels want one factor for all values that they load; the others find one a tile.
    var needsRange: Bool { get }

    func packedSize(_ table: tmp_kernels) -> (bytes: Int, scales: Int)
    /// - Parameter weights: O x I x k x k.
    func pack(_ weights: [Float], into entry: PackedWeights.Entry, _ table: tmp_kernels)
    func grid(_ extent: KernelExtent, _ chunk: ChunkSize) -> ChunkGrid
    func scratchBytes(_ chunk: ChunkSize, _ table: tmp_kernels) -> Int
    /// Operations of the matrix products: without the transforms, with the columns that only fill a block.
    func products(_ extent: KernelExtent, _ kernels: NativeKernels) -> Double
    /// Allocates what a frame needs, so that running it allocates nothing.
    func bind(_ operands: KernelOperands, _ table: tmp_kernels) -> any BoundKernel
}

/// A kernel with its operands, at addresses that stay.
protocol BoundKernel: AnyObject {
    /// Comes before the chunks of a frame.
    func begin(_ frame: KernelFrame)
    /// May run on several threads at once, each with scratch of its own.
    func run(_ chunk: ChunkGrid.Chunk, scratch: UnsafeMutableRawPointer, statistics: tmp_statistics)
}

/// The sizes that a layer works on, in pixels.
struct KernelExtent {
    /// Of the map, or the padded frame, that is loaded.
    var width, height: Int
    /// Of the network's result, without padding.
    var resultWidth, resultHeight: Int
}

/// Where a layer's operands lie.
struct KernelOperands {
    var load: tmp_load
    var weights: PackedWeights.Entry
    /// Three, of a kernel that writes the frame; the others leave theirs to the layer that loads their map.
    var bias: UnsafePointer<Float>
    /// Where the raw outputs go, but for a kernel that writes the frame.
    var map: UnsafeMutableRawPointer
}

/// What changes from frame to frame.
struct KernelFrame {
    var input, output: tmp_frame
    /// Takes the result instead of the output's bytes: width x 3 floats a row.
    var values: UnsafeMutablePointer<Float>?
    /// Brings the largest loaded value to the int16 kernels' range.
    var loadScale: Float
}

/// A value at an address that stays, for kernels that several threads run.
final class Fixed<Value> {
    let pointer: UnsafeMutablePointer<Value>

    init(_ value: Value) {
        pointer = .allocate(capacity: 1)
        pointer.initialize(to: value)
    }

    deinit {
        pointer.deinitialize(count: 1)
        pointer.deallocate()
    }
}

/// The frame that a kernel reads, or writes.
struct FrameOperand {
    let isRead: Bool
    let fixed = Fixed(tmp_frame())
    private(set) var values: UnsafeMutablePointer<Float>?

    init(isRead: Bool) { self.isRead = isRead }

    mutating func set(_ frame: KernelFrame) {
        fixed.pointer.pointee = isRead ? frame.input : frame.output
        values = frame.values
    }
}

extension LayerKernel {
    // As the C functions take them.
    var kernel: Int32 { Int32(convolution.kernel) }
    var inputs: Int32 { Int32(convolution.inputs) }
    var outputs: Int32 { Int32(convolution.outputs) }

    /// What it does to the sides of its map.
    var mode: tmp_mode { convolution.stride == 2 ? TMP_DOWN : convolution.upsampling == 2 ? TMP_UP : TMP_SAME }
}
