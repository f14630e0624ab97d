import CKernels

/// The left factor (m x k) of a product, in segments along k: strides in elements.
struct LeftMatrix {
    var base: UnsafePointer<Float>
    /// From one row of m to the next.
    var row: Int
    /// From one value of k to the next.
    var step = 1
    /// From one segment of k to the next.
    var segment = 0
}

/// The right factor (k x n), n contiguous.
struct RightMatrix {
    var base: UnsafePointer<Float>
    /// From one row of k to the next.
    var row: Int
    /// From one block of 32 columns to the next.
    var panel: Int
    var segment = 0

    /// Rows of `row` contiguous values.
    static func rows(_ base: UnsafePointer<Float>, row: Int, segment: Int = 0) -> RightMatrix {
        RightMatrix(base: base, row: row, panel: 32, segment: segment)
    }

    /// Panels (n / 32, depth, 32) as weights are packed; `depth` is k times the segments.
    static func panels(_ base: UnsafePointer<Float>, depth: Int, segment: Int = 0) -> RightMatrix {
        RightMatrix(base: base, row: 32, panel: 32 * depth, segment: 32 * segment)
    }

    /// Floats that `panels` takes.
    static func panelCount(depth: Int, columns: Int) -> Int { (columns + 31) / 32 * 32 * depth }
}

/// The extent of a product: `m` x `k * segments` by `k * segments` x `n`.
struct ProductExtent {
    var m: Int
    var n: Int
    var k: Int
    var segments = 1
}

extension TrainingContext {
    /// C = A B, or C += A B, then bias and ReLU. Runs on the calling thread.
    /// - Parameter pairs: The elements of A and B are pairs of bfloat16 numbers; k and strides count pairs.
    func multiply(
        _ extent: ProductExtent, _ a: LeftMatrix, _ b: RightMatrix, into c: UnsafeMutablePointer<Float>, row: Int,
        accumulate: Bool = false, bias: UnsafePointer<Float>? = nil, relu: Bool = false, pairs: Bool = false
    ) {
        var product = tmp_gemm(
            m: Int32(extent.m), n: Int32(extent.n), k: Int32(extent.k), segments: Int32(extent.segments), a: a.base,
            a_row: a.row,
            a_k: a.step, a_segment: a.segment, b: b.base, b_k: b.row, b_panel: b.panel, b_segment: b.segment, c: c,
            c_row: row,
            bias: bias, relu: relu ? 1 : 0, accumulate: accumulate ? 1 : 0, pairs: pairs ? 1 : 0)
        kernels.gemm(&product)
    }
}
