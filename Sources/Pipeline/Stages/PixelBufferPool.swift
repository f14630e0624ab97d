import Network
import Synchronization

/// Hands out buffers of one size and takes them back by itself: a buffer that nobody but the pool refers to any more is
/// handed out again. So a clip of any length needs as many buffers as are in flight at once.
public final class PixelBufferPool: Sendable {
    public let width: Int
    public let height: Int
    private let buffers = Mutex<[PixelBuffer]>([])

    public init(width: Int, height: Int) {
        self.width = width
        self.height = height
    }

    /// Buffers made so far.
    public var count: Int { buffers.withLock { $0.count } }

    /// A buffer that nobody else uses; what it holds is left over from before.
    public func take() -> PixelBuffer {
        buffers.withLock { buffers in
            for i in buffers.indices where isKnownUniquelyReferenced(&buffers[i]) { return buffers[i] }
            let buffer = PixelBuffer(width: width, height: height)
            buffers.append(buffer)
            return buffer
        }
    }
}
