import COpenBLAS

/// The products of one convolution. Every method packs its weights once and computes one chunk at a time, without the bias.
struct BLASWork {
    let source: ColumnSource
    /// Scratch for all workers: `columnFloats` and `productFloats` each.
    let columns: UnsafeMutablePointer<Float>
    let columnFloats: Int
    let products: UnsafeMutablePointer<Float>
    let productFloats: Int
    let weights: UnsafeMutablePointer<Float>
    /// Outputs x height x width.
    let output: UnsafeMutablePointer<Float>
    let outputMap: Plan.Map
    /// Pixels a chunk.
    let pixels: Int

    private var c: Convolution { source.convolution }

    // MARK: All taps in one product

    /// O x (ky, kx, I).
    func packColumns(_ values: [Float]) {
        eachWeight { o, i, ky, kx, index in
            weights[((o * c.kernel + ky) * c.kernel + kx) * c.inputs + i] = values[index]
        }
    }

    func convolve(_ chunk: Int, _ worker: Int) {
        let plane = outputMap.height * outputMap.width
        let range = chunk * pixels..<min(plane, (chunk + 1) * pixels)
        let matrix = columns + worker * columnFloats
        source.fill(matrix, pixels: range, outputWidth: outputMap.width, stride: c.stride)
        multiply(
            rows: c.outputs, inner: c.kernel * c.kernel * c.inputs, columns: range.count, weights, matrix,
            into: output + range.lowerBound, rowStride: plane)
    }

    // MARK: Nearest x2 as four phases

    /// (phase, row of two) x O x (column of two, I). Of the three taps on a line, the first phase of a doubled map sees its
    /// left neighbour through the first and itself through the others; the second phase mirrors that.
    func packPhases(_ values: [Float]) {
        weights.update(repeating: 0, count: 16 * c.inputs * c.outputs)
        eachWeight { o, i, ky, kx, index in
            for phase in 0..<4 {
                let row = phase / 2 == 0 ? (ky + 1) / 2 : ky / 2
                let column = phase % 2 == 0 ? (kx + 1) / 2 : kx / 2
                weights[(((phase * 2 + row) * c.outputs + o) * 2 + column) * c.inputs + i] += values[index]
            }
        }
    }

    func convolvePhases(_ chunk: Int, _ worker: Int) {
        let range = chunk * pixels..<min(source.height * source.width, (chunk + 1) * pixels)
        let count = range.count
        let matrix = columns + worker * columnFloats
        let products = products + worker * productFloats
        source.fill(matrix, pixels: range, outputWidth: source.width, stride: 1)
        for py in 0..<2 {
            for px in 0..<2 {
                for row in 0..<2 {
                    multiply(
                        rows: c.outputs, inner: 2 * c.inputs, columns: count,
                        weights + (((py * 2 + px) * 2 + row) * c.outputs * 2) * c.inputs,
                        matrix + ((py + row) * 3 + px) * c.inputs * count, into: products + px * c.outputs * count,
                        rowStride: count, adding: row == 1)
                }
            }
            interleave(products, products + c.outputs * count, range, phase: py)
        }
    }

    /// Puts the products of the even and the odd columns of a phase into the output's rows `2y + phase`.
    private func interleave(
        _ even: UnsafeMutablePointer<Float>, _ odd: UnsafeMutablePointer<Float>, _ range: Range<Int>, phase: Int
    ) {
        for o in 0..<c.outputs {
            var pixel = range.lowerBound
            while pixel < range.upperBound {
                let y = pixel / source.width, x = pixel % source.width
                let count = min(source.width - x, range.upperBound - pixel)
                let from = o * range.count + pixel - range.lowerBound
                let target = output + (o * outputMap.height + 2 * y + phase) * outputMap.width + 2 * x
                for i in 0..<count {
                    target[2 * i] = even[from + i]
                    target[2 * i + 1] = odd[from + i]
                }
                pixel += count
            }
        }
    }

    // MARK: Horizontal taps as shifts

    /// (kx, O) x (ky, I).
    func packShifts(_ values: [Float]) {
        eachWeight { o, i, ky, kx, index in
            weights[((kx * c.outputs + o) * c.kernel + ky) * c.inputs + i] = values[index]
        }
    }

    func convolveShifts(_ chunk: Int, _ worker: Int) {
        let across = (outputMap.width + pixels - 1) / pixels
        let y = chunk / across, x = chunk % across * pixels
        let count = min(pixels, outputMap.width - x), wide = count + c.kernel - 1
        let matrix = columns + worker * columnFloats
        let products = products + worker * productFloats
        for ky in 0..<c.kernel {
            for i in 0..<c.inputs {
                source.copy(
                    row: y + ky, channel: i, column: x, step: 1, wide, to: matrix + (ky * c.inputs + i) * wide)
            }
        }
        multiply(
            rows: c.kernel * c.outputs, inner: c.kernel * c.inputs, columns: wide, weights, matrix, into: products,
            rowStride: wide)
        for o in 0..<c.outputs {
            let target = output + (o * outputMap.height + y) * outputMap.width + x
            target.update(from: products + o * wide, count: count)
            for kx in 1..<c.kernel {
                let product = products + (kx * c.outputs + o) * wide + kx
                for i in 0..<count { target[i] += product[i] }
            }
        }
    }

    // MARK: -

    /// `into` = `left` (`rows` x `inner`) · `right` (`inner` x `columns`), or its old values plus that.
    private func multiply(
        rows: Int, inner: Int, columns: Int, _ left: UnsafeMutablePointer<Float>, _ right: UnsafeMutablePointer<Float>,
        into: UnsafeMutablePointer<Float>, rowStride: Int, adding: Bool = false
    ) {
        cblas_sgemm(
            CblasRowMajor, CblasNoTrans, CblasNoTrans, blasint(rows), blasint(columns), blasint(inner), 1, left,
            blasint(inner), right, blasint(columns), adding ? 1 : 0, into, blasint(rowStride))
    }

    /// Calls `body` for each weight with its place in O,I,H,W.
    private func eachWeight(_ body: (_ o: Int, _ i: Int, _ ky: Int, _ kx: Int, _ index: Int) -> Void) {
        var index = 0
        for o in 0..<c.outputs {
            for i in 0..<c.inputs {
                for ky in 0..<c.kernel {
                    for kx in 0..<c.kernel {
                        body(o, i, ky, kx, index)
                        index += 1
                    }
                }
            }
        }
    }
}
