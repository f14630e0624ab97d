import Dispatch
import Media

/// The place of one item in the output. The decode stage hands tickets to the encode stage in file order; painters fill
/// them in whatever order they get done.
final class Ticket: @unchecked Sendable {
    /// What the encode stage does when the ticket's turn comes.
    enum Content {
        case packet(CopiedPacket)
        case painted(VideoFrame, Governor.Frame)
        /// The last painted frame once more, at another time.
        case again(timestamp: Int64, duration: Int64)
        /// A dropped frame.
        case nothing
        /// The frame was given up before it was begun; nothing after it is written either.
        case abandoned
    }

    /// Whether a frame in flight belongs to it.
    let isInFlight: Bool
    // Written by one stage before the signal and read by another after it: that order makes the class safe to send.
    private var content = Content.abandoned
    private let filled = DispatchSemaphore(value: 0)

    /// A place that a painter will fill.
    init() { isInFlight = true }

    /// A place that needs no painting.
    init(_ content: Content) {
        isInFlight = false
        fill(content)
    }

    func fill(_ content: Content) {
        self.content = content
        filled.signal()
    }

    /// Waits until the ticket is filled.
    func wait() -> Content {
        filled.wait()
        return content
    }
}
