import Media
import Synchronization

/// Hands the first frames on as they are, since the sink has them painted already, and the rest to another painter.
public final class ResumedPainter: FramePainter {
    private let painter: any FramePainter
    private let finishedFrames: Int
    private let seen = Atomic<Int>(0)

    /// The only painter of its run, so that it sees the frames in order.
    public init(_ painter: any FramePainter, finishedFrames: Int) {
        self.painter = painter
        self.finishedFrames = finishedFrames
    }

    public func paint(_ frame: VideoFrame, rung: Int) throws -> VideoFrame {
        let index = seen.wrappingAdd(1, ordering: .relaxed).oldValue
        return index < finishedFrames ? frame : try painter.paint(frame, rung: rung)
    }
}
