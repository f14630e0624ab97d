/// Constant-rate output by timestamp: the time axis is cut into slots of `1 / rate`, a frame goes to the nearest one,
/// slots that no frame hits repeat the one before, and a frame whose slot is taken is dropped.
///
/// It needs no frame in advance, so it adds no delay. A jump of more than a day is a fault of the timestamps and no gap to fill:
/// its slots stay empty, and what comes after it stays in step with the sound.
struct RateConverter: Sendable {
    /// Slots a second.
    let rate: Double
    private var nextSlot: Int64?
    private static let longestGap = 86400.0

    init(rate: Double) { self.rate = rate }

    struct Placement: Sendable, Equatable {
        /// Slots before the frame's own that show the frame before it again.
        var repeats: Range<Int64>
        /// Nil: the frame is dropped.
        var slot: Int64?
    }

    /// Where the frame that shows at `pts` (seconds, ascending) for `lasting` seconds goes; 0 when that is not known.
    mutating func place(pts: Double, lasting: Double = 0) -> Placement {
        var slot = Self.nearest(pts * rate)
        // A short frame near a slot that begins when it is over: the next frame is meant for that, if there is one.
        if lasting > 0, Double(slot) >= (pts + lasting) * rate - 1e-6 { slot -= 1 }
        guard let next = nextSlot else {
            nextSlot = slot + 1
            return Placement(repeats: slot..<slot, slot: slot)
        }
        guard slot >= next else { return Placement(repeats: next..<next, slot: nil) }
        nextSlot = slot + 1
        return Placement(repeats: isGap(next..<slot) ? next..<slot : slot..<slot, slot: slot)
    }

    /// The slots left to fill when the last frame shows until `end`.
    mutating func finish(end: Double) -> Range<Int64> {
        guard let next = nextSlot else { return 0..<0 }
        let rest = next..<max(next, Self.nearest(end * rate))
        guard isGap(rest) else { return 0..<0 }
        nextSlot = rest.upperBound
        return rest
    }

    private func isGap(_ slots: Range<Int64>) -> Bool { Double(slots.count) <= Self.longestGap * rate }

    /// Halves go down, so that 60 to 30 keeps every other frame. The bound keeps absurd times from overflowing.
    private static func nearest(_ value: Double) -> Int64 {
        Int64(max(-1e15, min(1e15, (value - 0.5 - 1e-6).rounded(.up))))
    }
}
