/// How a picture's pixels are moved.
public enum PictureMethod: Sendable, Hashable {
    case lbfgs
    /// - Parameter rate: Levels of 0…255 that a step moves a pixel by, about.
    case adam(rate: Double)
    /// Straight downhill.
    /// - Parameter rate: Levels that a step moves pixels by, in the mean.
    case steepest(rate: Double)
}

/// Makes an objective small by moving the pixels of a picture.
final class PictureOptimizer {
    /// Levels that the pixel which moves most goes in the first step of L-BFGS.
    private static let firstStep: Float = 8

    private enum Mover {
        case lbfgs(LBFGS)
        case adam(Adam, rate: Double)
        case steepest(rate: Double)
    }

    /// Height x width x 3, RGB 0…255; optimising may take values beyond that.
    let picture: Map
    /// At `picture`.
    private(set) var losses: Losses
    /// Of the objective, each with its gradient.
    private(set) var evaluations = 1
    /// No step downhill makes the objective smaller.
    private(set) var hasConverged = false
    private let gradient: Map
    private let mover: Mover
    private let objective: any PictureObjective
    private let memory = MapMemory()

    /// - Parameter start: Copied.
    init(_ start: Map, objective: any PictureObjective, method: PictureMethod, context: TrainingContext) {
        self.objective = objective
        picture = memory.map(start.shape)
        gradient = memory.map(start.shape)
        picture.base.update(from: start.base, count: start.shape.count)
        mover =
            switch method {
            case .lbfgs: .lbfgs(LBFGS(count: start.shape.count, firstStep: Self.firstStep))
            case .adam(let rate): .adam(Adam(count: start.shape.count, context: context), rate: rate)
            case .steepest(let rate): .steepest(rate: rate)
            }
        losses = objective.evaluate(picture, gradient: gradient)
    }

    /// Floats that one for a picture of `count` values holds.
    static func floats(count: Int, method: PictureMethod) -> Int {
        switch method {
        case .lbfgs: 2 * count + LBFGS.floats(count: count)
        case .adam: 2 * count + Adam.floats(count: count)
        case .steepest: 2 * count
        }
    }

    /// One iteration: one evaluation, but of L-BFGS as many as its line search takes, nearly always one.
    func step() {
        switch mover {
        case .adam(let adam, let rate):
            adam.update(picture.base, gradient: gradient.base, rate: rate)
            losses = evaluate()
        case .steepest(let rate):
            let count = picture.shape.count
            let mean = (0..<count).reduce(0.0) { $0 + Double(abs(gradient.base[$1])) } / Double(count)
            hasConverged = mean == 0
            if hasConverged { return }
            let factor = min(Float(rate / mean), .greatestFiniteMagnitude)
            for i in 0..<count { picture.base[i] = min(255, max(0, picture.base[i] - factor * gradient.base[i])) }
            losses = evaluate()
        case .lbfgs(let optimizer):
            // The search may come back from the last point that it tried to an earlier one.
            var tried = [losses]
            let before = losses.total, begins = !optimizer.hasHistory
            let total = optimizer.iterate(picture.base, loss: losses.total, gradient: gradient.base) {
                tried.append(evaluate())
                return tried[tried.count - 1].total
            }
            losses = tried.last { $0.total == total } ?? losses
            hasConverged = begins && total == before
        }
    }

    private func evaluate() -> Losses {
        evaluations += 1
        return objective.evaluate(picture, gradient: gradient)
    }
}
