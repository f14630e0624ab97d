import COpenBLAS
import Network

/// Muon (Jordan et al. 2024, kellerjordan.github.io/posts/muon) over a network's kernels.
///
/// The momentum of each, as a matrix of outputs x (inputs · taps), is made near orthogonal before it becomes a step, so that
/// directions with small gradients move as far as those with large ones. After 800 steps from scratch a style's objective on
/// held-out photos was a fifth lower than with Adam alone. Kernels from and to the three channels of a picture, norms and
/// biases are no such matrices and are left to Adam.
final class Muon {
    private static let momentum: Float = 0.95
    /// Root mean square of a step in learning rates, near that of Adam's steps, so that both share a rate (Liu et al. 2025,
    /// arXiv:2502.16982, give 0.2). Of 0.2, 0.3, 0.8 and 2 this trained best.
    private static let size: Float = 0.3
    /// Jordan's a, b, c of the iteration X <- aX + (bA + cA²)X with A = XXᵀ: five rounds bring singular values near 1.
    private static let quintic: (a: Float, b: Float, c: Float) = (3.4445, -4.7750, 2.0315)
    private static let rounds = 5

    private struct Matrix {
        /// Where it lies among the parameters.
        let range: Range<Int>
        let rows: Int
        let columns: Int
    }

    private let matrices: [Matrix]
    private let largest: Int
    /// As many floats as there are parameters; of those that are no matrix nothing is touched.
    private let buffer: UnsafeMutablePointer<Float>
    /// Of each worker: the matrix and what becomes of it, then four squares of its rows.
    private let scratch: [UnsafeMutablePointer<Float>]
    private let context: TrainingContext
    private let memory = MapMemory()

    /// - Parameter momentum: Where the momentum is kept, one float a parameter.
    init(_ parameters: ParameterStore, momentum: UnsafeMutablePointer<Float>, context: TrainingContext) {
        self.context = context
        buffer = momentum
        matrices = parameters.shapes.filter(Self.moves).map {
            Matrix(range: parameters.range($0.name), rows: $0.shape[0], columns: $0.shape.dropFirst().reduce(1, *))
        }
        let largest = matrices.map(\.range.count).max() ?? 0, rows = matrices.map(\.rows).max() ?? 0
        self.largest = largest
        scratch = (0..<context.pool.threads).map { [memory] _ in memory.floats(2 * largest + 4 * rows * rows) }
        // Matrices are shared out among the pool's threads, whole.
        openblas_set_num_threads(1)
    }

    /// Whether a parameter is a matrix between two sets of features.
    static func moves(_ parameter: ParameterShape) -> Bool {
        parameter.shape.count == 4 && min(parameter.shape[0], parameter.shape[1]) > 3
    }

    /// Moves the matrices among `values` against their gradients.
    func update(_ values: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>, rate: Double) {
        context.pool.run(matrices.count) { [self] index, worker in
            let matrix = matrices[index], start = matrix.range.lowerBound
            accumulate(gradient + start, buffer + start, matrix, into: scratch[worker])
            let direction = orthogonal(matrix, scratch[worker])
            let step = Float(rate) * Self.size * Float(max(matrix.rows, matrix.columns)).squareRoot()
            for i in 0..<matrix.range.count { values[start + i] -= step * direction[i] }
        }
    }

    /// Nesterov's momentum, to a Frobenius norm of 1.
    private func accumulate(
        _ gradient: UnsafePointer<Float>, _ momentum: UnsafeMutablePointer<Float>, _ matrix: Matrix,
        into x: UnsafeMutablePointer<Float>
    ) {
        let count = matrix.range.count
        for i in 0..<count {
            momentum[i] += (gradient[i] - momentum[i]) * (1 - Self.momentum)
            x[i] = gradient[i] + (momentum[i] - gradient[i]) * Self.momentum
        }
        let norm = cblas_snrm2(Int32(count), x, 1)
        if norm > 0 { cblas_sscal(Int32(count), 1 / norm, x, 1) }
    }

    /// The matrix at `scratch` with singular values near 1, somewhere in `scratch`.
    ///
    /// Every round multiplies X by P = a + bA + cA² from the left, and A by P from both sides. So the rounds need the small
    /// square matrices only, and X is multiplied once, by the product Q of all P.
    private func orthogonal(_ matrix: Matrix, _ scratch: UnsafeMutablePointer<Float>) -> UnsafeMutablePointer<Float> {
        let rows = matrix.rows, columns = Int32(matrix.columns), n = Int32(rows), (a, b, c) = Self.quintic
        let x = scratch, result = scratch + largest, square = result + largest
        let gram = square, polynomial = square + rows * rows
        var product = square + 2 * rows * rows, spare = square + 3 * rows * rows
        cblas_sgemm(
            CblasRowMajor, CblasNoTrans, CblasTrans, n, n, columns, 1, x, columns, x, columns, 0, gram, n)
        for round in 0..<Self.rounds {
            polynomial.update(from: gram, count: rows * rows)
            multiply(gram, gram, n, scale: c, into: polynomial, keeping: b)
            for i in 0..<rows { polynomial[i * rows + i] += a }
            if round == 0 {
                product.update(from: polynomial, count: rows * rows)
            } else {
                multiply(polynomial, product, n, into: spare)
                swap(&product, &spare)
            }
            guard round + 1 < Self.rounds else { break }
            multiply(gram, polynomial, n, into: spare)
            multiply(polynomial, spare, n, into: gram)
        }
        cblas_sgemm(
            CblasRowMajor, CblasNoTrans, CblasNoTrans, n, columns, n, 1, product, n, x, columns, 0, result, columns)
        return result
    }

    /// z = scale · xy + keeping · z, all n x n.
    private func multiply(
        _ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, _ n: Int32, scale: Float = 1,
        into z: UnsafeMutablePointer<Float>, keeping: Float = 0
    ) {
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, n, n, n, scale, x, n, y, n, keeping, z, n)
    }
}
