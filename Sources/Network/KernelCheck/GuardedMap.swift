/// Numbers as a table's maps hold them, with guard bytes on both sides.
final class GuardedMap {
    private let memory: UnsafeMutableRawPointer
    private let count: Int
    private let half: Bool
    private let aligned: Bool
    private static let guardBytes = 256
    private static let mark: UInt8 = 0xa5

    private var size: Int { half ? 2 : 4 }
    private var offset: Int { Self.guardBytes + (aligned ? 0 : size) }
    var start: UnsafeMutableRawPointer { memory + offset }

    /// - Parameter aligned: To a cache line, and not one element off.
    init(count: Int, half: Bool, aligned: Bool = false) {
        self.count = count
        self.half = half
        self.aligned = aligned
        let total = count * (half ? 2 : 4) + 2 * Self.guardBytes + 64
        memory = .allocate(byteCount: total, alignment: 64)
        memory.initializeMemory(as: UInt8.self, repeating: Self.mark, count: total)
    }

    convenience init(_ values: [Float], half: Bool, aligned: Bool = false) {
        self.init(count: values.count, half: half, aligned: aligned)
        for (index, value) in values.enumerated() {
            if half {
                start.storeBytes(of: Float16(value).bitPattern, toByteOffset: 2 * index, as: UInt16.self)
            } else {
                start.storeBytes(of: value, toByteOffset: 4 * index, as: Float.self)
            }
        }
    }

    deinit { memory.deallocate() }

    var values: [Float] {
        (0..<count).map { index in
            half
                ? Float(Float16(bitPattern: start.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self)))
                : start.loadUnaligned(fromByteOffset: 4 * index, as: Float.self)
        }
    }

    var guardsHeld: Bool {
        let after = offset + count * size
        return (0..<offset).allSatisfy { memory.load(fromByteOffset: $0, as: UInt8.self) == Self.mark }
            && (after..<after + Self.guardBytes).allSatisfy { memory.load(fromByteOffset: $0, as: UInt8.self) == Self.mark }
    }
}

/// Scratch of one call, full of what is no number: a kernel that reads what it has not written shows it.
final class Scratch {
    let start: UnsafeMutableRawPointer
    init(_ bytes: Int) {
        start = .allocate(byteCount: bytes, alignment: 64)
        start.initializeMemory(as: UInt8.self, repeating: 0xFF, count: bytes)
    }
    deinit { start.deallocate() }
}
