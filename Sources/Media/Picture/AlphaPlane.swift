/// 8-bit transparency, `height` rows of `width` bytes: 0 is see-through, 255 opaque.
///
/// It has one owner at a time, like the `PixelBuffer` it belongs to; that makes it safe to send.
public final class AlphaPlane: @unchecked Sendable {
    public let width: Int
    public let height: Int
    /// `width * height` bytes, without padding.
    public let bytes: UnsafeMutablePointer<UInt8>

    /// An opaque plane.
    public init(width: Int, height: Int) {
        self.width = width
        self.height = height
        bytes = .allocate(capacity: max(width * height, 1))
        bytes.initialize(repeating: 255, count: max(width * height, 1))
    }

    deinit { bytes.deallocate() }

    /// Whether nothing shows through.
    public var isOpaque: Bool {
        for i in 0..<width * height where bytes[i] != 255 { return false }
        return true
    }
}
