/// Why a network cannot run.
public enum NetworkError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A side is out of the range of `Plan.sides`.
    case sizeOutOfRange(width: Int, height: Int)
    /// Reduced before it is painted, a picture is too small.
    case tooSmallToReduce(width: Int, height: Int, by: Int)
    /// More memory is needed than there is. `fits` is a size of the same aspect that can be painted, if there is one.
    case doesNotFit(width: Int, height: Int, needed: Int, available: Int, fits: Size?)
    /// More pixels than VGG16 is applied to.
    case tooManyPixels(width: Int, height: Int, most: Int)
    /// The system refused memory that it seemed to have.
    case outOfMemory(bytes: Int)
    case unknownInstructionSet(String)
    /// This engine does not run on this machine, or not this network.
    case engineUnavailable(Engine)

    /// Pixels.
    public struct Size: Sendable, Equatable {
        public var width: Int
        public var height: Int

        public init(width: Int, height: Int) {
            self.width = width
            self.height = height
        }
    }

    /// The same said of pictures that are reduced by `scale` before they are painted.
    public func enlarged(by scale: Int) -> NetworkError {
        switch self {
        case .sizeOutOfRange(let width, let height) where min(width, height) < Plan.sides.lowerBound:
            .tooSmallToReduce(width: scale * width, height: scale * height, by: scale)
        case .doesNotFit(let width, let height, let needed, let available, let fits):
            .doesNotFit(
                width: scale * width, height: scale * height, needed: needed, available: available,
                fits: fits.map { Size(width: scale * $0.width, height: scale * $0.height) })
        default: self
        }
    }

    public var description: String {
        switch self {
        case .sizeOutOfRange(let width, let height):
            "cannot paint \(width)x\(height): a picture is \(Plan.sides.lowerBound) to \(Plan.sides.upperBound) pixels "
                + "a side; choose another size"
        case .tooSmallToReduce(let width, let height, let scale):
            "\(width)x\(height) is too small to be painted at 1/\(scale) of its sides; leave out the enlargement, or give at least "
                + "\(scale * Plan.sides.lowerBound) pixels a side"
        case .doesNotFit(let width, let height, let needed, let available, let fits?):
            "\(width)x\(height) needs \(Self.megabytes(needed)) of memory and \(Self.megabytes(available)) are free; "
                + "\(fits.width)x\(fits.height) fits"
        case .doesNotFit(let width, let height, let needed, let available, nil):
            "\(width)x\(height) needs \(Self.megabytes(needed)) of memory and \(Self.megabytes(available)) are free; "
                + "free some memory"
        case .tooManyPixels(let width, let height, let most):
            "\(width)x\(height) has more than the \(most / 1_000_000) million pixels that VGG16 is applied to; choose a smaller size"
        case .outOfMemory(let bytes):
            "the system has no \(Self.megabytes(bytes)) of memory to give; free some, or choose a smaller size"
        case .unknownInstructionSet(let name):
            "TEMPERA_ISA is \(name.debugDescription); it can be "
                + InstructionSet.allCases.map(\.rawValue).joined(separator: ", ")
        case .engineUnavailable(let engine): "the \(engine.rawValue) engine does not run here; use auto or blas"
        }
    }

    private static func megabytes(_ bytes: Int) -> String { "\((bytes + 999_999) / 1_000_000) MB" }
}
