/// Limited-memory BFGS (Liu and Nocedal 1989): minimises a function of many values from its gradient.
///
/// The line search looks for a step that meets the strong Wolfe conditions (Nocedal and Wright, "Numerical Optimization",
/// algorithms 3.5 and 3.6, with cubic interpolation): enough decrease, and a slope that has flattened. The second is what
/// keeps the curvature that is learnt from a step true, and so the next step of length 1 nearly always right.
final class LBFGS {
    private static let memorySize = 10
    /// Of the decrease that the gradient promises, the share that a step must bring.
    private static let sufficient = 1e-4
    /// The most of the slope that may be left after a step.
    private static let curvature = 0.9
    private static let mostEvaluations = 20

    private let count: Int
    private let memory = MapMemory()
    /// The last steps and the changes of the gradient over them, oldest first.
    private var history: [(step: UnsafeMutablePointer<Float>, change: UnsafeMutablePointer<Float>, inverse: Double)] =
        []
    private var spare: [UnsafeMutablePointer<Float>]
    private let direction: UnsafeMutablePointer<Float>
    private let start: UnsafeMutablePointer<Float>
    private let startGradient: UnsafeMutablePointer<Float>
    /// The best point of a line search that does not end at its last one, and the gradient there.
    private let best: UnsafeMutablePointer<Float>
    private let bestGradient: UnsafeMutablePointer<Float>
    /// How far the value that moves most goes in the very first step.
    private let firstStep: Float
    /// Calls of the function so far.
    private(set) var evaluations = 0

    /// Whether the next direction is more than the steepest one.
    var hasHistory: Bool { !history.isEmpty }

    /// - Parameter firstStep: How far the value that moves most goes in the first iteration.
    init(count: Int, firstStep: Float) {
        self.count = count
        self.firstStep = firstStep
        spare = (0..<2 * (Self.memorySize + 1)).map { [memory] _ in memory.floats(count) }
        direction = memory.floats(count)
        start = memory.floats(count)
        startGradient = memory.floats(count)
        best = memory.floats(count)
        bestGradient = memory.floats(count)
    }

    /// Floats that one of `count` values holds.
    static func floats(count: Int) -> Int { count * (2 * (memorySize + 1) + 5) }

    /// One iteration: moves `x`, whose loss and gradient are given and are renewed.
    /// - Parameter evaluate: The loss at `x`; writes its gradient.
    /// - Returns: The new loss; the old one when no step along the direction lowers it.
    func iterate(
        _ x: UnsafeMutablePointer<Float>, loss: Double, gradient: UnsafeMutablePointer<Float>, _ evaluate: () -> Double
    ) -> Double {
        chooseDirection(gradient)
        start.update(from: x, count: count)
        startGradient.update(from: gradient, count: count)
        var slope = dot(direction, gradient)
        if slope >= 0 {
            // The history no longer describes the function: downhill is what is left of it.
            forget()
            chooseDirection(gradient)
            slope = dot(direction, gradient)
        }
        let found = search(x, loss: loss, slope: slope, gradient: gradient, evaluate)
        guard let found else {
            x.update(from: start, count: count)
            gradient.update(from: startGradient, count: count)
            forget()
            return loss
        }
        remember(x, gradient)
        return found
    }

    /// A length along the direction, and what is found there.
    private struct Point {
        var length: Double
        var loss: Double
        var slope: Double
    }

    /// Leaves `x` and `gradient` at the point found; nil when there is none that is lower than the start.
    private func search(
        _ x: UnsafeMutablePointer<Float>, loss: Double, slope: Double, gradient: UnsafeMutablePointer<Float>,
        _ evaluate: () -> Double
    ) -> Double? {
        let origin = Point(length: 0, loss: loss, slope: slope)
        func isEnough(_ point: Point) -> Bool { point.loss <= loss + Self.sufficient * point.length * slope }
        func isFlat(_ point: Point) -> Bool { abs(point.slope) <= -Self.curvature * slope }
        func at(_ length: Double) -> Point {
            let step = Float(length)
            for i in 0..<count { x[i] = start[i] + step * direction[i] }
            evaluations += 1
            let loss = evaluate()
            return Point(length: length, loss: loss, slope: dot(direction, gradient))
        }
        /// Lower end of the bracket, which meets the first condition; its other end.
        var low = origin, high: Point?
        var length = 1.0
        for _ in 0..<Self.mostEvaluations {
            let point = at(length)
            guard point.loss.isFinite, point.slope.isFinite else {
                high = Point(length: length, loss: .infinity, slope: 0)
                length = 0.1 * length + 0.9 * low.length
                continue
            }
            if isEnough(point), isFlat(point) { return point.loss }
            if !isEnough(point) || point.loss >= low.loss {
                high = point
            } else {
                // The minimum lies on the side to which the slope falls: beyond `point`, or between it and the old low end.
                if point.slope * ((high?.length ?? .infinity) - low.length) >= 0 { high = low }
                low = point
                best.update(from: x, count: count)
                bestGradient.update(from: gradient, count: count)
            }
            guard let high else {
                length = min(4 * length, Self.cubic(origin, low).map { max(1.5 * length, $0) } ?? 2 * length)
                continue
            }
            let width = abs(high.length - low.length)
            if width < 1e-9 * max(1, low.length) { break }
            let (least, most) = (min(low.length, high.length), max(low.length, high.length))
            let middle = high.loss.isFinite ? Self.cubic(low, high) : nil
            // Not so near to an end that nothing is learnt.
            length = min(max(middle ?? (least + most) / 2, least + 0.1 * width), most - 0.1 * width)
        }
        guard low.length > 0 else { return nil }
        x.update(from: best, count: count)
        gradient.update(from: bestGradient, count: count)
        return low.loss
    }

    /// Where the cubic through two points with their slopes has its minimum.
    private static func cubic(_ a: Point, _ b: Point) -> Double? {
        let d = a.slope + b.slope - 3 * (a.loss - b.loss) / (a.length - b.length)
        let square = d * d - a.slope * b.slope
        guard square >= 0 else { return nil }
        let root = square.squareRoot() * (b.length > a.length ? 1 : -1)
        let denominator = b.slope - a.slope + 2 * root
        guard denominator != 0 else { return nil }
        let minimum = b.length - (b.length - a.length) * (b.slope + root - d) / denominator
        return minimum.isFinite ? minimum : nil
    }

    /// The two loops: the gradient times the inverse Hessian as the history knows it, downhill.
    private func chooseDirection(_ gradient: UnsafePointer<Float>) {
        for i in 0..<count { direction[i] = -gradient[i] }
        guard let last = history.last else {
            let most = (0..<count).reduce(Float(0)) { max($0, abs(gradient[$1])) }
            let factor = most > 0 ? min(firstStep / most, .greatestFiniteMagnitude) : 0
            for i in 0..<count { direction[i] *= factor }
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
        guard curvature > 1e-10 * dot(change, change).squareRoot() * dot(step, step).squareRoot() else {
            spare += [step, change]
            return
        }
        history.append((step, change, 1 / curvature))
        if history.count > Self.memorySize {
            let oldest = history.removeFirst()
            spare += [oldest.step, oldest.change]
        }
    }

    private func forget() {
        for entry in history { spare += [entry.step, entry.change] }
        history.removeAll()
    }

    private func add(_ vector: UnsafePointer<Float>, times weight: Double) {
        let weight = Float(weight)
        for i in 0..<count { direction[i] += weight * vector[i] }
    }

    /// Short runs are added in float32, in eight lanes, the runs in double.
    private func dot(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>) -> Double {
        let (a, b) = (UnsafeRawPointer(a), UnsafeRawPointer(b)), whole = count & ~7
        var total = 0.0
        for first in stride(from: 0, to: whole, by: 1024) {
            var sum = SIMD8<Float>()
            for i in stride(from: first, to: min(first + 1024, whole), by: 8) {
                sum +=
                    a.loadUnaligned(fromByteOffset: 4 * i, as: SIMD8<Float>.self)
                    * b.loadUnaligned(fromByteOffset: 4 * i, as: SIMD8<Float>.self)
            }
            total += Double(sum.sum())
        }
        for i in whole..<count {
            total +=
                Double(a.loadUnaligned(fromByteOffset: 4 * i, as: Float.self))
                * Double(b.loadUnaligned(fromByteOffset: 4 * i, as: Float.self))
        }
        return total
    }
}
