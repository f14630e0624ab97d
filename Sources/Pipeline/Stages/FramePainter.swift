import Media
import Network

/// What the paint stage does to a frame. A painter is used by one thread at a time; a stage may have several painters
/// and so several frames in flight.
public protocol FramePainter: AnyObject, Sendable {
    /// The painted frame, of the size the sink expects, with the timestamp and duration of `frame`.
    func paint(_ frame: VideoFrame) throws -> VideoFrame
}

/// Paints with a network.
public final class NetworkPainter: FramePainter {
    private let painter: Painter
    private let pool: PixelPool

    public init(_ painter: Painter) {
        self.painter = painter
        pool = PixelPool(width: painter.width, height: painter.height)
    }

    public func paint(_ frame: VideoFrame) throws -> VideoFrame {
        var painted = frame
        painted.pixels = pool.take()
        painter.paint(frame.pixels, into: painted.pixels)
        return painted
    }
}
