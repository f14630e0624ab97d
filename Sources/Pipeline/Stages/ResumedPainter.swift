import Media
import Network
import Synchronization

/// Hands the first frames on as they are, since the sink has them painted already, and the rest to another painter.
public final class ResumedPainter: FramePainter {
    private let painter: any FramePainter
    private let finishedFrames: Int
    private let lastPicture: PixelBuffer?
    private let seen = Atomic<Int>(0)

    /// The only painter of its run, so that it sees the frames in order.
    /// - Parameters:
    ///   - finishedFrames: How many there are.
    ///   - lastPicture: The last of them as it was painted, where there are any.
    public init(_ painter: any FramePainter, finishedFrames: Int, lastPicture: PixelBuffer?) {
        self.painter = painter
        self.finishedFrames = finishedFrames
        self.lastPicture = lastPicture
    }

    public func paint(_ frame: VideoFrame, rung: Int) throws -> VideoFrame {
        let index = seen.wrappingAdd(1, ordering: .relaxed).oldValue
        guard index < finishedFrames else { return try painter.paint(frame, rung: rung) }
        if index == finishedFrames - 1, let lastPicture { painter.resume(after: lastPicture, scene: frame) }
        return frame
    }
}
