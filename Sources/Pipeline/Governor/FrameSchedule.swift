/// When frames are due: maps presentation times to the clock by the earliest arrivals of the last few seconds, so that
/// jitter does not shift it, and a source that pauses or jumps soon has a new schedule.
///
/// All times are in seconds.
struct FrameSchedule: Sendable {
    /// Each of two spans over which the earliest arrival is sought.
    private static let span = 2.0
    /// A frame that is later than the one before it by more than this begins a new schedule.
    private static let pause = 1.0
    /// The same of one that had to wait for room: only whoever takes the output can have paused so long.
    private static let longHold = 5.0

    /// Clock minus presentation time; the least of the present span and of the one before.
    private var present: Double?
    private var previous: Double?
    private var spanStart = 0.0
    private var lastArrival: (pts: Double, offset: Double)?

    /// - Parameter wasHeld: Whether it had to wait until there was room for it: then it says nothing of when it could have come,
    ///   unless that was so long that whoever takes the output must have paused.
    mutating func arrived(pts: Double, wasHeld: Bool = false, at now: Double) {
        let offset = now - pts
        if let last = lastArrival, pts < last.pts || offset - last.offset > (wasHeld ? Self.longHold : Self.pause) {
            (present, previous) = (nil, nil)
        }
        lastArrival = (pts, offset)
        if wasHeld, present ?? previous != nil { return }
        if now - spanStart >= Self.span {
            previous = now - spanStart < 2 * Self.span ? present : nil
            present = nil
            spanStart = now
        }
        present = min(present ?? offset, offset)
    }

    /// The clock's time at which a frame would be shown that came without delay; nil before the first frame.
    func due(pts: Double) -> Double? {
        guard let offset = [present, previous].compactMap({ $0 }).min() else { return nil }
        return pts + offset
    }
}
