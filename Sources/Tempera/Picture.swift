import Network

/// An 8-bit RGB picture: `height` rows of `width` pixels, three bytes a pixel, without padding.
public struct Picture: Sendable, Hashable {
    public let width: Int
    public let height: Int
    /// `width * height * 3` bytes: R, G, B, R, G, B, … from the top left.
    public private(set) var bytes: [UInt8]

    /// - Throws: ``TemperaError/wrongSize(expected:got:)`` when `bytes` is not `width * height * 3` long.
    public init(width: Int, height: Int, bytes: [UInt8]) throws(TemperaError) {
        let sides = 1...65536
        guard sides.contains(width), sides.contains(height), bytes.count == width * height * 3 else {
            throw .wrongSize(expected: "\(width)x\(height) pixels of 3 bytes", got: "\(bytes.count) bytes")
        }
        self.width = width
        self.height = height
        self.bytes = bytes
    }

    init(_ buffer: PixelBuffer) {
        width = buffer.width
        height = buffer.height
        bytes = []
        bytes.reserveCapacity(width * height * 3)
        for y in 0..<height { bytes.append(contentsOf: UnsafeBufferPointer(start: buffer.row(y), count: width * 3)) }
    }

    func copy(to buffer: PixelBuffer) {
        bytes.withUnsafeBufferPointer { bytes in
            guard let start = bytes.baseAddress else { return }
            for y in 0..<height { buffer.row(y).update(from: start + y * width * 3, count: width * 3) }
        }
    }
}
