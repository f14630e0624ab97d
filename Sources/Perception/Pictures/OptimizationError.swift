import Network

/// Why a picture cannot be made by optimising its pixels. `description` is one line that says what to do.
public enum OptimizationError: Error, Sendable, Equatable, CustomStringConvertible {
    case outOfRange(String, String)
    case tooSmall(width: Int, height: Int, least: Int)
    case noLayer
    case weights(WeightsError)
    case cannotWrite(String, String)
    /// Not even the start has a loss.
    case notFinite

    /// - Throws: `outOfRange`, also for none.
    static func check(iterations: [Int]) throws(OptimizationError) {
        guard !iterations.isEmpty, iterations.allSatisfy(TrainingOptions.iterations.contains) else {
            throw .outOfRange("the number of iterations", "1 to a billion")
        }
    }

    public var description: String {
        switch self {
        case .outOfRange(let what, let range): "\(what) must be \(range)"
        case .tooSmall(let width, let height, let least):
            "\(width)x\(height) is too small: a picture must have \(least) pixels a side; choose another size"
        case .noLayer: "name at least one layer"
        case .weights(let error): error.description
        case .cannotWrite(let path, let reason): "\(path): cannot be written: \(reason)"
        case .notFinite: "the loss is not a number; give smaller weights"
        }
    }
}
