/// Limited-memory BFGS (Liu and Nocedal 1989) with a backtracking line search: minimises a function of many values from its
/// gradient.
final class LBFGS {
    private static let memorySize = 10
    /// Of the decrease that the gradient promises, the share that a step must bring (Armijo).
    private static let sufficient = 1e-4

    private let count: Int
    private let memory = MapMemory()
    /// The last steps and the changes of the gradient over them, oldest first.
    private var history: [(step: UnsafeMutablePointer<Float>, change: UnsafeMutablePointer<Float>, inverse: Double)] =
        []
    private var spare: [UnsafeMutablePointer<Float>]
    private let direction: UnsafeMutablePointer<Float>
    private let start: UnsafeMutablePointer<Float>
    private let startGradient: UnsafeMutablePointer<Float>
    /// Length of the very first step, in units of the largest value's change.
    private let firstStep: Float

    /// - Parameter firstStep: How far the value that moves most goes in the first iteration.
    init(count: Int, firstStep: Float) {
        self.count = count
        self.firstStep = firstStep
        spare = (0..<2 * (Self.memorySize + 1)).map { [memory] _ in memory.floats(count) }
        direction = memory.floats(count)
        start = memory.floats(count)
        startGradient = memory.floats(count)
    }

    /// One iteration: moves `x`, whose loss and gradient are given and are renewed.
    /// - Parameter evaluate: The loss at `x`; writes its gradient.
    /// - Returns: The new loss; the old one when no step along the direction lowers it.
    func iterate(
        _ x: UnsafeMutablePointer<Float>, loss: Double, gradient: UnsafeMutablePointer<Float>, _ evaluate: () -> Double
    ) -> Double {
        chooseDirection(gradient)
        start.update(from: x, count: count)
        startGradient.update(from: gradient, count: count)
        let slope = dot(direction, gradient)
        var length: Float = 1
        for _ in 0..<12 {
            for i in 0..<count { x[i] = start[i] + length * direction[i] }
            let new = evaluate()
            if new.isFinite, new <= loss + Self.sufficient * Double(length) * slope {
                remember(x, gradient)
                return new
            }
            length *= 0.5
        }
        x.update(from: start, count: count)
        gradient.update(from: startGradient, count: count)
        history.removeAll()
        return loss
    }

    /// The two loops: the gradient times the inverse Hessian as the history knows it, downhill.
    private func chooseDirection(_ gradient: UnsafePointer<Float>) {
        for i in 0..<count { direction[i] = -gradient[i] }
        guard let last = history.last else {
            let most = (0..<count).reduce(Float(0)) { max($0, abs(gradient[$1])) }
            for i in 0..<count { direction[i] *= firstStep / max(most, .leastNormalMagnitude) }
            return
        }
        var weights: [Double] = []
        for entry in history.reversed() {
            let weight = entry.inverse * dot(entry.step, direction)
            add(entry.change, times: -weight)
            weights.append(weight)
        }
        let scale = Float(1 / (last.inverse * dot(last.change, last.change)))
        for i in 0..<count { direction[i] *= scale }
        for (entry, weight) in zip(history, weights.reversed()) {
            add(entry.step, times: weight - entry.inverse * dot(entry.change, direction))
        }
    }

    private func remember(_ x: UnsafePointer<Float>, _ gradient: UnsafePointer<Float>) {
        guard let step = spare.popLast(), let change = spare.popLast() else { return }
        for i in 0..<count {
            step[i] = x[i] - start[i]
            change[i] = gradient[i] - startGradient[i]
        }
        let curvature = dot(step, change)
        // Only a direction in which the slope rises tells something about the curvature.
        guard curvature > 1e-10 else {
            spare += [step, change]
            return
        }
        history.append((step, change, 1 / curvature))
        if history.count > Self.memorySize {
            let oldest = history.removeFirst()
            spare += [oldest.step, oldest.change]
        }
    }

    private func add(_ vector: UnsafePointer<Float>, times weight: Double) {
        let weight = Float(weight)
        for i in 0..<count { direction[i] += weight * vector[i] }
    }

    private func dot(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>) -> Double {
        var total = 0.0
        for first in stride(from: 0, to: count, by: 256) {
            var sum: Float = 0
            for i in first..<min(first + 256, count) { sum += a[i] * b[i] }
            total += Double(sum)
        }
        return total
    }
}
