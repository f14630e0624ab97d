import CKernels
import Glibc

/// The rungs that `TEMPERA_ISA` masks down to, for tests and for comparisons: worst first.
public enum InstructionSet: String, Sendable, CaseIterable, Comparable {
    /// The reference engine.
    case portable
    /// OpenBLAS, which picks its own kernels.
    case blas
    case avx2
    case avx512
    case amx

    /// The best that the environment allows; nil when it does not say.
    /// - Throws: `NetworkError.unknownInstructionSet`.
    public static func mask() throws(NetworkError) -> InstructionSet? {
        guard let value = getenv("TEMPERA_ISA").map({ String(cString: $0) }), !value.isEmpty else { return nil }
        guard let set = InstructionSet(rawValue: value) else { throw .unknownInstructionSet(value) }
        return set
    }

    public static func < (a: InstructionSet, b: InstructionSet) -> Bool { a.rank < b.rank }

    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }

    /// What this mask allows of kernels that come as one table for each of C's instruction sets.
    public var wholeTables: tmp_isa {
        switch self {
        case .portable, .blas: TMP_ISA_PORTABLE
        case .avx2: TMP_ISA_AVX2
        case .avx512, .amx: tmp_isa_available()
        }
    }
}
