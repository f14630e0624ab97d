import CKernels

/// A kernel case made ready for the kernels of one table: its operands as they read them, and the chunks that cover it.
final class KernelJob {
    private let kernelCase: KernelCase
    private let kernel: any BoundKernel
    private let grid: ChunkGrid
    private let frame: KernelFrame
    private let output: GuardedMap
    /// Where the loaded values go.
    private let kept: GuardedMap?
    private let scratch: Scratch
    private let statistics: NativeStatistics
    /// What the operands point into.
    private let operands: [AnyObject]

    /// - Parameter aligned: Maps begin at cache lines, not one element after.
    init(_ kernelCase: KernelCase, table pointer: UnsafePointer<tmp_kernels>, chunk: ChunkSize, aligned: Bool = false) {
        let table = pointer.pointee, half = table.arithmetic != TMP_F32
        let shape = kernelCase.shape, kernel = kernelCase.kernel, picture = kernelCase.frame
        func map(_ values: [Float], half: Bool) -> GuardedMap { GuardedMap(values, half: half, aligned: aligned) }
        let output = GuardedMap(
            count: kernelCase.outputPixels * shape.outputs, half: half && !kernel.writesFrame, aligned: aligned)
        let input = map(kernelCase.map, half: half), skip = map(kernelCase.skip, half: half)
        let kept = shape.keeps ? GuardedMap(count: kernelCase.map.count, half: half, aligned: aligned) : nil
        let floats = map(kernelCase.scale + kernelCase.shift + kernelCase.bias, half: false)
        let parameters = floats.start.assumingMemoryBound(to: Float.self)
        let load = tmp_load(
            map: kernel.readsFrame ? nil : UnsafeRawPointer(input.start),
            skip: shape.skip ? UnsafeRawPointer(skip.start) : nil, sum: kept?.start, scale: parameters,
            shift: parameters + shape.inputs, height: Int32(shape.height), width: Int32(shape.width),
            channels: Int32(shape.inputs), relu: shape.relu ? 1 : 0)
        let packed = PackedWeights.Entry(kernel, kernelCase.weights, table)
        let sums = Scratch(NativeStatistics.bytes(chunks: 1, channels: shape.outputs))
        self.kernelCase = kernelCase
        self.kernel = kernel.bind(
            KernelOperands(load: load, weights: packed, bias: parameters + 2 * shape.inputs, map: output.start), table)
        grid = kernel.grid(
            KernelExtent(
                width: shape.width, height: shape.height, resultWidth: picture.width, resultHeight: picture.height), chunk)
        frame = KernelFrame(
            input: picture.kernelFrame, output: picture.kernelFrame,
            values: kernel.writesFrame ? output.start.assumingMemoryBound(to: Float.self) : nil,
            loadScale: table.arithmetic == TMP_I16 && kernel.needsRange ? 8000 / kernelCase.largestLoaded() : 1)
        self.output = output
        self.kept = kept
        scratch = Scratch(kernel.scratchBytes(chunk, table))
        statistics = NativeStatistics(chunks: 1, channels: shape.outputs, memory: sums.start)
        operands = [input, skip, floats, packed, sums]
    }

    func run() {
        statistics.reset(chunks: 1, channels: kernelCase.shape.outputs)
        kernel.begin(frame)
        for index in 0..<grid.count { kernel.run(grid[index], scratch: scratch.start, statistics: statistics.shares[0]) }
    }

    /// What the last run wrote, statistics included.
    var result: KernelCase.Output {
        var values = output.values
        if !kernelCase.kernel.writesFrame {
            let channels = kernelCase.shape.outputs, pixels = values.count / channels
            for c in 0..<channels {
                let moments = statistics.moments(c, pixels: pixels)
                let (least, most) = statistics.range(c)
                values += [Float(moments.mean), Float(moments.variance.squareRoot()), least, most]
            }
        }
        values += kept?.values ?? []
        return KernelCase.Output(values: values, guardsHeld: output.guardsHeld && kept?.guardsHeld != false)
    }
}
