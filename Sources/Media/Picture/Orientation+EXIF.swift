/// The EXIF tag in pictures whose decoders pass over it.
extension Orientation {
    /// What the bytes of a TIFF or PNG file state: the tag 0x0112 in the first directory (TIFF 6.0, section 2) of the file
    /// itself, or of the chunk `eXIf` (PNG third edition, 11.3.4.5).
    /// - Returns: nil where they state nothing, or nothing that makes sense.
    init?(picture bytes: UnsafeRawBufferPointer) {
        let isPNG = bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
        guard let tiff = isPNG ? Self.exifChunk(bytes) : bytes, let value = Self.tag(tiff) else { return nil }
        self.init(exif: value)
    }

    private static func exifChunk(_ png: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        var place = 8
        while let length = number(png, at: place, bytes: 4), length <= png.count - place - 8 {
            let body = place + 8
            if png[place + 4..<body].elementsEqual("eXIf".utf8) { return UnsafeRawBufferPointer(rebasing: png[body..<body + length]) }
            place = body + length + 4
        }
        return nil
    }

    private static func tag(_ tiff: UnsafeRawBufferPointer) -> Int? {
        let isLittle = tiff.starts(with: [0x49, 0x49, 42, 0])
        guard isLittle || tiff.starts(with: [0x4D, 0x4D, 0, 42]),
            let directory = number(tiff, at: 4, bytes: 4, isLittle: isLittle),
            let count = number(tiff, at: directory, bytes: 2, isLittle: isLittle)
        else { return nil }
        for entry in stride(from: directory + 2, to: directory + 2 + 12 * count, by: 12) {
            guard let name = number(tiff, at: entry, bytes: 2, isLittle: isLittle) else { return nil }
            if name == 0x0112 { return number(tiff, at: entry + 8, bytes: 2, isLittle: isLittle) }
        }
        return nil
    }

    private static func number(_ bytes: UnsafeRawBufferPointer, at place: Int, bytes count: Int, isLittle: Bool = false) -> Int? {
        guard place >= 0, place <= bytes.count - count else { return nil }
        let digits = bytes[place..<place + count]
        return (isLittle ? Array(digits.reversed()) : Array(digits)).reduce(0) { $0 << 8 | Int($1) }
    }
}
