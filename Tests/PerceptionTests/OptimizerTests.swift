import Foundation
import Testing

@testable import Network
@testable import Perception

/// The steps of training: Adam and Muon.
@Suite struct OptimizerTests {
    /// A step of Muon has all singular values near 1, whatever those of the gradient, and goes down the gradient. Norms,
    /// biases and kernels of three channels move as Adam alone moves them.
    @Test func aStepOfMuonIsNearOrthogonal() throws {
        let architecture = Architecture.johnson(name: "johnson-full", width: 8), rate = 1e-3
        let context = TrainingContext(pool: ThreadPool(threads: 2))
        let stores = (0..<2).map { _ in ParameterStore(architecture: architecture) }
        var noise = SplitMix64(state: 42)
        for i in 0..<stores[0].count {
            let slope = Float(noise.values(1)[0])
            for store in stores { store.gradient[i] = slope }
        }
        // Rows of very different sizes: what is left to make orthogonal.
        let name = "res2.conv1.conv2d.weight", kernel = stores[0].range(name), rows = 32, columns = kernel.count / rows
        for i in kernel { stores[0].gradient[i] *= (i - kernel.lowerBound) / columns % 2 == 0 ? 1 : 0.1 }
        for (store, usesMuon) in zip(stores, [true, false]) {
            ParameterOptimizer(store, usesMuon: usesMuon, context: context).update(rate: rate)
        }
        let unit = Float(-rate * 0.3) * Float(columns).squareRoot()
        let step = kernel.map { stores[0].values[$0] / unit }
        func product(_ a: [Float], _ b: [Float]) -> Float { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
        let lines = (0..<rows).map { Array(step[$0 * columns..<($0 + 1) * columns]) }
        for (i, line) in lines.enumerated() {
            for (j, other) in lines[...i].enumerated() {
                let cosine = product(line, other)
                #expect(i == j ? (0.4...1.5).contains(cosine) : abs(cosine) < 0.35, "\(i) \(j): \(cosine)")
            }
        }
        #expect(product(step, kernel.map { stores[0].gradient[$0] }) > 0)
        for parameter in architecture.parameters where !Muon.moves(parameter) {
            let same = stores[0].range(parameter.name).allSatisfy { stores[0].values[$0] == stores[1].values[$0] }
            #expect(same, "\(parameter.name)")
        }
        let moved = architecture.parameters.filter(Muon.moves).map(\.name)
        #expect(moved.contains("res2.conv1.conv2d.weight") && moved.count == 14, "\(moved)")
    }

    @Test func tenUpdatesOfAdamAreThoseOfThePaper() {
        let count = 1000, context = TrainingContext(pool: ThreadPool(threads: 2)), memory = MapMemory()
        let adam = Adam(count: count, context: context), values = memory.floats(count), slopes = memory.floats(count)
        var noise = SplitMix64(state: 41)
        var exact = noise.values(count), first = exact.map { _ in 0.0 }, second = first
        for i in 0..<count { values[i] = Float(exact[i]) }
        for step in 1...10 {
            // Of every size, and some zero.
            var gradient = noise.values(count)
            for i in 0..<count { gradient[i] *= i % 5 == 0 ? 0 : pow(10, Double(i % 12) - 7) }
            let rate = 1e-3 / Double(step)
            for i in 0..<count {
                slopes[i] = Float(gradient[i])
                first[i] = 0.9 * first[i] + 0.1 * gradient[i]
                second[i] = 0.999 * second[i] + 0.001 * gradient[i] * gradient[i]
                let (m, v) = (first[i] / (1 - pow(0.9, Double(step))), second[i] / (1 - pow(0.999, Double(step))))
                exact[i] -= rate * m / (v.squareRoot() + 1e-8)
            }
            adam.update(values, gradient: slopes, rate: rate)
        }
        let worst = (0..<count).reduce(0) { max($0, abs(Double(values[$1]) - exact[$1])) }
        #expect(worst < 2e-6, "off by \(worst) after a path of about 3e-3")
    }
}
