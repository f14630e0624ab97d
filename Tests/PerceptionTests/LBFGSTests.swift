import Testing

@testable import Network
@testable import Perception

/// Evaluations that L-BFGS needs, held against SciPy's L-BFGS-B with ten corrections on the same problems.
@Suite struct LBFGSTests {
    /// Evaluations until the loss is at most `target`; nil when it never is.
    private func evaluations(
        _ start: [Double], target: Double, firstStep: Float, _ function: ([Double]) -> (loss: Double, gradient: [Double])
    ) -> Int? {
        let memory = MapMemory(), count = start.count, x = memory.floats(count), gradient = memory.floats(count)
        for i in 0..<count { x[i] = Float(start[i]) }
        func evaluate() -> Double {
            let (loss, slope) = function((0..<count).map { Double(x[$0]) })
            for i in 0..<count { gradient[i] = Float(slope[i]) }
            return loss
        }
        var loss = evaluate()
        let optimizer = LBFGS(count: count, firstStep: firstStep)
        for _ in 0..<2000 where loss > target {
            loss = optimizer.iterate(x, loss: loss, gradient: gradient, evaluate)
        }
        return loss <= target ? optimizer.evaluations + 1 : nil
    }

    @Test(arguments: [(2, 42), (10, 81), (100, 600)]) func rosenbrock(count: Int, scipy: Int) throws {
        let needed = evaluations((0..<count).map { $0 % 2 == 0 ? -1.2 : 1 }, target: 1e-5, firstStep: 1) { x in
            var loss = 0.0, gradient = x.map { _ in 0.0 }
            for i in 0..<count - 1 {
                let t = x[i + 1] - x[i] * x[i]
                loss += 100 * t * t + (1 - x[i]) * (1 - x[i])
                gradient[i] += -400 * x[i] * t - 2 * (1 - x[i])
                gradient[i + 1] += 200 * t
            }
            return (loss, gradient)
        }
        #expect(Double(try #require(needed)) <= 1.1 * Double(scipy))
    }

    /// Features whose Gram matrix is that of others: what a style loss asks for.
    @Test func gramMatrix() throws {
        let (pixels, channels) = (64, 8)
        func numbers(_ seed: Int) -> [Double] {
            (0..<pixels * channels).map { Double(($0 * 7919 + seed * 104_729) % 1000) / 1000 * 2 - 1 }
        }
        func gram(_ f: [Double]) -> [Double] {
            (0..<channels * channels).map { at in
                (0..<pixels).reduce(0) { $0 + f[$1 * channels + at / channels] * f[$1 * channels + at % channels] }
                    / Double(pixels)
            }
        }
        let wanted = gram(numbers(3).map { 2 * $0 })
        let needed = evaluations(numbers(1), target: 1e-7, firstStep: 0.2) { f in
            let difference = zip(gram(f), wanted).map { $0 - $1 }
            let gradient = f.indices.map { i in
                (0..<channels).reduce(0) { $0 + difference[i % channels * channels + $1] * f[i / channels * channels + $1] }
                    * 4 / Double(pixels)
            }
            return (difference.reduce(0) { $0 + $1 * $1 }, gradient)
        }
        #expect(Double(try #require(needed)) <= 1.1 * 25)
    }

    /// A loss that is no number beyond a wall: the search comes back from there.
    @Test func stepsBackFromWhatIsNoNumber() throws {
        let needed = evaluations([0.1], target: -0.69, firstStep: 5) { x in
            (x[0] > 1.2 ? .nan : x[0] * x[0] - 2 * x[0] + 0.1, [2 * x[0] - 2])
        }
        #expect(needed != nil)
    }
}
