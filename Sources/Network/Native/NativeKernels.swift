import CKernels

/// The kernel table that runs a network on this machine.
///
/// The tables are constants of the program, which is what makes a pointer to one safe to send.
struct NativeKernels: @unchecked Sendable {
    let table: UnsafePointer<tmp_kernels>

    /// What the products are computed in: the 16-bit kinds are `bf16`, whichever a machine has.
    var precision: Precision { table.pointee.arithmetic == TMP_F32 ? .fp32 : .bf16 }
    /// For example "AVX-512 VNNI int16".
    var name: String { String(cString: table.pointee.name) }
    /// Channels must be multiples of this.
    var lanes: Int { Int(table.pointee.columns) / 2 }
    /// Tiles in whole steps of the multiply kernel (14 or 6 rows, 16 of an AMX tile), few enough that their products stay in
    /// L2.
    var chunk: ChunkSize { ChunkSize(tiles: table.pointee.arithmetic == TMP_BF16 ? 48 : 42, columns: 160, rows: 12) }
    /// Bytes of one value of a map.
    var elementSize: Int { precision == .fp32 ? 4 : 2 }

    /// Of what a layer makes: of bytes, which have no rounding themselves, or of a map.
    func floor(ofBytes: Bool) -> NoiseFloor {
        switch table.pointee.arithmetic {
        case TMP_I16 where !ofBytes: .fixed16
        case TMP_BF16 where !ofBytes: .bfloat16
        default: .float32
        }
    }

    /// The fastest kernels that the machine, the mask and the wanted precision allow; nil where BLAS does better.
    ///
    /// 16 bits are bfloat16 on AMX tiles, or 16-bit fixed point on AVX-512 VNNI, twice as fast as float32 there and closer
    /// to it than bfloat16. Where a machine has neither, float32 is what it does best.
    static func best(_ precision: Precision, mask: InstructionSet?) -> NativeKernels? {
        var candidates: [(InstructionSet, tmp_isa, tmp_arithmetic)] = [
            (.avx512, TMP_ISA_AVX512, TMP_F32), (.avx2, TMP_ISA_AVX2, TMP_F32),
        ]
        if precision != .fp32 {
            candidates = [(.amx, TMP_ISA_AMX, TMP_BF16), (.avx512, TMP_ISA_AVX512, TMP_I16)] + candidates
        }
        for (set, isa, arithmetic) in candidates where mask.map({ set <= $0 }) ?? true {
            if let table = tmp_kernels_for(isa, arithmetic) { return NativeKernels(table: table) }
        }
        return nil
    }
}
