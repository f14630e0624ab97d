import CKernels
import Glibc

/// Adam (Kingma and Ba 2015), in float32.
final class Adam {
    static let beta1: Float = 0.9
    static let beta2: Float = 0.999
    static let epsilon: Float = 1e-8
    private static let run = 65536
    /// Steps taken.
    private(set) var step = 0
    /// First and second moments, `count` each.
    let moments: UnsafeMutablePointer<Float>
    private let count: Int
    /// What it moves, in pieces of one task each, and how many steps come to one of a piece's own.
    private let pieces: [(range: Range<Int>, turns: Int)]
    private let memory = MapMemory()
    private let context: TrainingContext

    /// - Parameter ranges: Those of the `count` values that it moves, and of how many that take turns each is one; nil for all.
    init(count: Int, ranges: [(range: Range<Int>, turns: Int)]? = nil, context: TrainingContext) {
        self.count = count
        pieces = (ranges ?? [(0..<count, 1)]).flatMap { range, turns in
            stride(from: range.lowerBound, to: range.upperBound, by: Self.run).map {
                ($0..<min($0 + Self.run, range.upperBound), turns)
            }
        }
        self.context = context
        moments = memory.floats(2 * count)
    }

    /// Floats that one of `count` values holds.
    static func floats(count: Int) -> Int { 2 * count }

    /// Moves `values` against `gradient`.
    func update(_ values: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>, rate: Double) {
        step += 1
        let (count, moments) = (count, moments)
        context.pool.run(pieces.count) { [context, pieces, step] index, _ in
            let (range, turns) = pieces[index], at = range.lowerBound
            // The bias corrections, folded into rate and epsilon.
            let own = Double((step + turns - 1) / turns), first = 1 - pow(Double(Self.beta1), own),
                second = (1 - pow(Double(Self.beta2), own)).squareRoot()
            context.kernels.adam(
                values + at, gradient + at, moments + at, moments + count + at, Int64(range.count),
                Float(rate / first * second), Self.beta1, Self.beta2, Float(Double(Self.epsilon) * second))
        }
    }

    /// Begins anew: no steps, no moments.
    func forget() {
        step = 0
        moments.update(repeating: 0, count: 2 * count)
    }

    /// Whether every moment is a number.
    var isFinite: Bool { (0..<2 * count).allSatisfy { moments[$0].isFinite } }

    /// Steps taken, and the first and second moments.
    var state: (step: Int, first: [Float], second: [Float]) {
        get {
            let all = UnsafeBufferPointer(start: moments, count: 2 * count)
            return (step, Array(all[..<count]), Array(all[count...]))
        }
        set {
            step = newValue.step
            for i in 0..<min(count, newValue.first.count, newValue.second.count) {
                moments[i] = newValue.first[i]
                moments[count + i] = newValue.second[i]
            }
        }
    }
}
