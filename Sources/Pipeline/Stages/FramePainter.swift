import Media
import Network

/// What the paint stage does to a frame. A painter is used by one thread at a time; a stage may have several painters
/// and so several frames in flight.
public protocol FramePainter: AnyObject, Sendable {
    /// The painted frame, of the size the sink expects, with the timestamp and duration of `frame`.
    /// - Parameter rung: the resolution to paint at, as the governor's ladder numbers them; 0 is the full one.
    func paint(_ frame: VideoFrame, rung: Int) throws -> VideoFrame

    /// Takes note of what was painted before its first frame, where that matters.
    func resume(after painted: PixelBuffer, scene: VideoFrame)
}

extension FramePainter {
    public func resume(after painted: PixelBuffer, scene: VideoFrame) {}
}

/// A painter whose work is a network's.
public protocol NetworkPainting: FramePainter {
    /// What runs the network, and its arithmetic.
    var engine: Engine { get }
    var precision: Precision { get }
    /// Its threads, to share with what else is done to a frame.
    var threads: ThreadPool { get }
    /// Bytes that all its networks hold.
    var bytes: Int { get }
    /// Seconds that a frame takes on a rung, once it is warm. Before the first frame.
    func cost(rung: Int) -> Double
}
