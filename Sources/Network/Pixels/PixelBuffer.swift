import CKernels

/// Packed 8-bit RGB pixels: `height` rows of `stride` bytes, three bytes a pixel. The one frame type that decoders fill,
/// networks read and write, and encoders drain.
///
/// A buffer has one owner at a time as it travels from stage to stage; that hand-over, not a lock, makes it safe to send.
public final class PixelBuffer: @unchecked Sendable {
    public let width: Int
    public let height: Int
    /// Bytes from one row to the next; a multiple of 64 with room for wide loads past the last pixel.
    public let stride: Int
    /// `height * stride` bytes, 64-byte aligned.
    public let bytes: UnsafeMutablePointer<UInt8>

    public init(width: Int, height: Int) {
        self.width = width
        self.height = height
        stride = (width * 3 + 127) / 64 * 64
        let raw = UnsafeMutableRawPointer.allocate(byteCount: stride * max(height, 1), alignment: 64)
        bytes = raw.initializeMemory(as: UInt8.self, repeating: 0, count: stride * max(height, 1))
    }

    deinit { bytes.deallocate() }

    /// The start of row `y`: R, G, B, R, G, B, …
    public func row(_ y: Int) -> UnsafeMutablePointer<UInt8> { bytes + y * stride }

    /// The same pixels as the kernels take them; valid as long as the buffer is.
    public var kernelFrame: tmp_frame {
        tmp_frame(bytes: bytes, stride: stride, width: Int32(width), height: Int32(height))
    }
}
