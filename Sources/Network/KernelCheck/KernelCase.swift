import CKernels

/// One layer on random input: its operands, and what must come out of every kernel alike.
struct KernelCase {
    struct Output {
        var values: [Float]
        var guardsHeld: Bool

        /// Largest difference, as a share of the largest expected value.
        func difference(to expected: Output) -> Double {
            let largest = expected.values.reduce(Float(1e-20)) { max($0, abs($1)) }
            let worst = zip(values, expected.values).reduce(Float(0)) { $1.0.isFinite ? max($0, abs($1.0 - $1.1)) : .infinity }
            return values.count == expected.values.count ? Double(worst / largest) : .infinity
        }
    }

    let kernel: any LayerKernel
    let shape: KernelShape
    /// Representable in float16, so that every table reads the same numbers.
    let map: [Float]
    let skip: [Float]
    let weights: [Float]
    let scale: [Float]
    let shift: [Float]
    let bias: [Float] = [1, 2, 3]
    /// What is read or written in place of a map.
    let frame: PixelBuffer

    init(_ family: KernelFamily, _ shape: KernelShape, random: inout SplitMix64) {
        func values(_ count: Int, _ range: ClosedRange<Float>) -> [Float] {
            (0..<count).map { _ in
                switch Int.random(in: 0..<40, using: &random) {
                case 0: 0
                case 1: 6e-8  // a float16 denormal
                default: Float(Float16(Float.random(in: range, using: &random)))
                }
            }
        }
        kernel = family.kernel(shape)
        self.shape = shape
        map = values(shape.width * shape.height * shape.inputs, -4...4)
        skip = values(shape.width * shape.height * shape.inputs, -2...2)
        weights = values(shape.outputs * shape.inputs * shape.kernel * shape.kernel, -0.2...0.2)
        scale = values(shape.inputs, 0.2...1.5)
        shift = values(shape.inputs, -1...1)
        // With stride 2 a row and a column less than the map, which reflection adds; enlarged, without the last of each.
        let factor = kernel.writesFrame && kernel.mode == TMP_UP ? 2 : 1, less = kernel.mode == TMP_SAME ? 0 : 1
        frame = PixelBuffer(width: factor * shape.width - less, height: factor * shape.height - less)
        for y in 0..<frame.height {
            for i in 0..<3 * frame.width { frame.row(y)[i] = UInt8.random(in: 0...255, using: &random) }
        }
    }

    /// Runs the kernels of `table` in small pieces.
    func run(_ table: UnsafePointer<tmp_kernels>?) -> Output {
        guard let table else { return Output(values: [], guardsHeld: false) }
        let job = KernelJob(self, table: table, chunk: ChunkSize(tiles: 5, columns: (shape.width / kernel.convolution.stride + 1) / 2, rows: 6))
        job.run()
        return job.result
    }

    /// Of what comes out.
    var outputPixels: Int {
        let pixels = shape.width * shape.height
        if kernel.writesFrame { return frame.width * frame.height }
        return kernel.mode == TMP_UP ? 4 * pixels : kernel.mode == TMP_DOWN ? pixels / 4 : pixels
    }

    /// The most a loaded value can be.
    func largestLoaded() -> Float {
        var largest: Float = 1e-3
        for index in map.indices {
            let c = index % shape.inputs
            largest = max(largest, abs(map[index] * scale[c] + shift[c] + (shape.skip ? skip[index] : 0)))
        }
        return largest
    }
}
