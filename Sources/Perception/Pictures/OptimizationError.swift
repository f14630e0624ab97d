import Network

/// Why a picture cannot be made by optimising its pixels. `description` is one line that says what to do.
public enum OptimizationError: Error, Sendable, Equatable, CustomStringConvertible {
    case outOfRange(Requirement)
    case tooSmall(width: Int, height: Int, least: Int)
    case noLayer
    case weights(WeightsError)
    case cannotWrite(String, String)
    /// Not even the start has a loss.
    case notFinite

    /// - Throws: `outOfRange`, also for none.
    static func check(iterations: [Int]) throws(OptimizationError) {
        guard !iterations.isEmpty, iterations.allSatisfy(Requirement.counts.contains) else {
            throw .outOfRange(.iterations)
        }
    }

    public var description: String {
        switch self {
        case .outOfRange(let requirement): requirement.description
        case .tooSmall(let width, let height, let least):
            "\(width)x\(height) is too small: a picture must have \(least) pixels a side; choose another size"
        case .noLayer: "name at least one layer"
        case .weights(let error): error.description
        case .cannotWrite(let path, let reason): "\(path): cannot be written: \(reason)"
        case .notFinite: "the loss is not a number; give smaller weights"
        }
    }
}
