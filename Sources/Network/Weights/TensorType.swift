/// The types of a safetensors file that weights may have.
public enum TensorType: String, Sendable, CaseIterable {
    case f32 = "F32"
    case f16 = "F16"
    case bf16 = "BF16"

    /// Bytes of one element.
    public var bytes: Int { self == .f32 ? 4 : 2 }

    /// Bytes of one element of any type that the format defines; nil for an unknown name.
    static func bytes(ofTypeNamed name: String) -> Int? {
        switch name {
        case "BOOL", "U8", "I8", "F8_E5M2", "F8_E4M3": 1
        case "I16", "U16", "F16", "BF16": 2
        case "I32", "U32", "F32": 4
        case "I64", "U64", "F64": 8
        default: nil
        }
    }

    /// Widens `source` (little-endian, any alignment) to as many values as `target` has room for.
    func read(_ source: UnsafeRawBufferPointer, into target: UnsafeMutableBufferPointer<Float>) {
        switch self {
        case .f32:
            for i in target.indices {
                target[i] = Float(
                    bitPattern: UInt32(littleEndian: source.loadUnaligned(fromByteOffset: i * 4, as: UInt32.self)))
            }
        case .f16:
            for i in target.indices { target[i] = Float(Float16(bitPattern: Self.half(source, i))) }
        case .bf16:
            for i in target.indices { target[i] = Float(bitPattern: UInt32(Self.half(source, i)) << 16) }
        }
    }

    /// The nearest value of this type, ties to even: its bits, in the low bytes.
    func bits(_ value: Float) -> UInt32 {
        switch self {
        case .f32: value.bitPattern
        case .f16: UInt32(Float16(value).bitPattern)
        case .bf16: (value.bitPattern &+ 0x7fff &+ (value.bitPattern >> 16 & 1)) >> 16
        }
    }

    /// Whether `bits` is a number of this type.
    func isFinite(_ bits: UInt32) -> Bool {
        switch self {
        case .f32: bits & 0x7f80_0000 != 0x7f80_0000
        case .f16: bits & 0x7c00 != 0x7c00
        case .bf16: bits & 0x7f80 != 0x7f80
        }
    }

    private static func half(_ source: UnsafeRawBufferPointer, _ index: Int) -> UInt16 {
        UInt16(littleEndian: source.loadUnaligned(fromByteOffset: index * 2, as: UInt16.self))
    }
}
