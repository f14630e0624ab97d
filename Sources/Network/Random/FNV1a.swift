/// The hash FNV-1a of 64 bits of Fowler, Noll and Vo, which tells files, names and weights apart that nobody forges.
public struct FNV1a: Sendable {
    public private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

    public init(_ bytes: some Sequence<UInt8> = []) { for byte in bytes { add(byte) } }

    /// One byte, or a wider word at once.
    mutating func add(_ word: some UnsignedInteger) { value = (value ^ UInt64(word)) &* 0x100_0000_01b3 }

    public mutating func add(_ bytes: UnsafeRawBufferPointer) { for byte in bytes { add(byte) } }

    /// In hexadecimal digits.
    public var text: String { String(value, radix: 16) }
}
