import Network

/// Pixel buffers of one size, used again and again: a buffer is free once nobody outside the pool holds it.
///
/// Called from one stage; buffers may be let go of on any thread, since a reference count says when they are free.
public final class PixelPool: @unchecked Sendable {
    public let width: Int
    public let height: Int
    private var buffers: [PixelBuffer] = []

    public init(width: Int, height: Int) {
        self.width = width
        self.height = height
    }

    /// A buffer with whatever pixels it held last.
    public func take() -> PixelBuffer {
        for i in buffers.indices where isKnownUniquelyReferenced(&buffers[i]) { return buffers[i] }
        let fresh = PixelBuffer(width: width, height: height)
        buffers.append(fresh)
        return fresh
    }

    /// Buffers made so far: as many as were ever in use at once.
    public var count: Int { buffers.count }
}
