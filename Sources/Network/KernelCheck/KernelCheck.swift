import CKernels

/// Runs every kernel of this machine on random input against the portable one, in the manner of dav1d's checkasm.
///
/// Each case has its own odd shape, unaligned maps, some denormal and zero values, and guard bytes around the output that
/// must stay as they were.
public struct KernelCheck: Sendable {
    /// What one kernel family of one instruction set did over all its cases.
    public struct Result: Sendable {
        /// For example "AVX-512 fp32".
        public let kernels: String
        /// For example "winograd".
        public let family: String
        public let cases: Int
        /// Largest difference to the portable fp32 kernel, as a share of the largest output.
        public let worst: Double
        /// What `worst` may be: rounding of the products' type.
        public let tolerance: Double
        /// Whether the bytes around an output were left alone.
        public let guardsHeld: Bool

        public var passed: Bool { worst <= tolerance && guardsHeld }
    }

    /// - Parameter seed: Shapes and values are the same for the same seed.
    public static func run(seed: UInt64 = 1) -> [Result] {
        tables().flatMap { table in
            KernelFamily.all.map { family in
                var random = SplitMix64(state: seed)
                var worst = 0.0, guardsHeld = true, count = 0
                for shape in family.shapes {
                    let kernelCase = KernelCase(family, shape, random: &random)
                    let expected = kernelCase.run(tmp_kernels_for(TMP_ISA_PORTABLE, TMP_F32))
                    let actual = kernelCase.run(table)
                    worst = max(worst, actual.difference(to: expected))
                    guardsHeld = guardsHeld && actual.guardsHeld && expected.guardsHeld
                    count += 1
                }
                return Result(
                    kernels: String(cString: table.pointee.name), family: family.name, cases: count, worst: worst,
                    tolerance: tolerance(table.pointee.arithmetic), guardsHeld: guardsHeld)
            }
        }
    }

    /// All this machine has, and AMX with emulated tiles where it has none.
    static func tables() -> [UnsafePointer<tmp_kernels>] {
        var tables: [UnsafePointer<tmp_kernels>] = []
        for isa in [TMP_ISA_PORTABLE, TMP_ISA_AVX2, TMP_ISA_AVX512, TMP_ISA_AMX] {
            for arithmetic in [TMP_F32, TMP_I16, TMP_BF16] {
                if let table = tmp_kernels_for(isa, arithmetic) { tables.append(table) }
            }
        }
        if let emulated = tmp_kernels_emulated_amx() { tables.append(emulated) }
        return tables
    }

    private static func tolerance(_ arithmetic: tmp_arithmetic) -> Double {
        switch arithmetic {
        case TMP_F32: 1e-4
        case TMP_I16: 6e-3  // 13 bits a tile, times what the transforms make of them
        default: 6e-2  // 8 bits a value, likewise
        }
    }
}
