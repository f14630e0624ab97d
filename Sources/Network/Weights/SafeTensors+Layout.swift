extension SafeTensors {
    /// The format allows headers of at most this many bytes.
    static let longestHeader = 100_000_000

    /// The parsed header, and where the data starts in the file.
    static func header(of file: UnsafeRawBufferPointer) throws(WeightsError.Reason) -> (
        SafeTensorsHeader, dataStart: Int
    ) {
        guard file.count >= 8 else { throw .noHeader(bytes: file.count) }
        let length = UInt64(littleEndian: file.loadUnaligned(as: UInt64.self))
        let room = min(file.count - 8, longestHeader)
        guard length >= 2, length <= UInt64(room) else { throw otherKind(of: file) ?? .headerLength(length, room: room) }
        let end = 8 + Int(length)
        return (try SafeTensorsHeader(parsing: file, range: 8..<end), end)
    }

    /// What else the file is, as far as its first bytes tell.
    private static func otherKind(of file: UnsafeRawBufferPointer) -> WeightsError.Reason? {
        func begins(_ bytes: [UInt8], at offset: Int = 0) -> Bool { file.dropFirst(offset).starts(with: bytes) }
        // A zip, or a bare pickle of protocol 2.
        if begins(Array("PK\u{3}\u{4}".utf8)) || begins([0x80, 2]) { return .pyTorch }
        let starts: [[UInt8]] = [[0xFF, 0xD8, 0xFF], [0x89, 0x50, 0x4E, 0x47]] + ["GIF8", "RIFF", "BM", "II*\0", "MM\0*"].map { Array($0.utf8) }
        return starts.contains { begins($0) } || begins(Array("ftyp".utf8), at: 4) ? .picture : nil
    }

    /// Checks that the tensors' sizes are those of their shapes and that they cover the data exactly; sorts them by place.
    static func layout(
        _ tensors: [SafeTensorsHeader.Tensor], dataBytes: Int
    ) throws(WeightsError.Reason) -> [Entry] {
        var entries: [Entry] = []
        entries.reserveCapacity(tensors.count)
        for tensor in tensors {
            guard let elementBytes = TensorType.bytes(ofTypeNamed: tensor.type) else {
                throw .unknownType(tensor: tensor.name, type: tensor.type)
            }
            guard let size = product(tensor.shape + [elementBytes]) else { throw .shapeTooLarge(tensor: tensor.name) }
            guard tensor.begin <= tensor.end, tensor.end <= dataBytes else {
                throw .offsetsOutOfRange(tensor: tensor.name, dataBytes: dataBytes)
            }
            guard tensor.end - tensor.begin == size else {
                throw .sizeMismatch(tensor: tensor.name, expected: size, found: tensor.end - tensor.begin)
            }
            entries.append(
                Entry(name: tensor.name, type: tensor.type, shape: tensor.shape, bytes: tensor.begin..<tensor.end))
        }
        entries.sort { ($0.bytes.lowerBound, $0.bytes.upperBound) < ($1.bytes.lowerBound, $1.bytes.upperBound) }
        var end = 0
        var previous = ""
        for entry in entries {
            guard entry.bytes.lowerBound >= end else { throw .overlap(previous, entry.name) }
            guard entry.bytes.lowerBound == end else {
                throw .gap(bytes: entry.bytes.lowerBound - end, before: entry.name)
            }
            end = entry.bytes.upperBound
            previous = entry.name
        }
        guard end == dataBytes else { throw .gap(bytes: dataBytes - end, before: nil) }
        return entries
    }

    /// Nil when it does not fit an `Int`, even where a zero would hide that.
    static func product(_ factors: [Int]) -> Int? {
        var product = 1
        for factor in factors where factor != 0 {
            let (next, overflow) = product.multipliedReportingOverflow(by: factor)
            if overflow { return nil }
            product = next
        }
        return factors.contains(0) ? 0 : product
    }
}
