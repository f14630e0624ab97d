/// Constant-rate output by timestamp: the time axis is cut into slots of `1 / rate`, a frame goes to the nearest one,
/// slots that no frame hits repeat the one before, and a frame whose slot is taken is dropped.
///
/// It needs no frame in advance, so it adds no delay.
public struct RateConverter: Sendable {
    /// Slots a second.
    public let rate: Double
    private var nextSlot: Int64?

    public init(rate: Double) { self.rate = rate }

    public struct Placement: Sendable, Equatable {
        /// Slots before the frame's own that show the frame before it again.
        public var repeats: Range<Int64>
        /// Nil: the frame is dropped.
        public var slot: Int64?
    }

    /// Where the frame that shows at `pts` (seconds, ascending) for `lasting` seconds goes; 0 when that is not known.
    public mutating func place(pts: Double, lasting: Double = 0) -> Placement {
        var slot = Self.nearest(pts * rate)
        // A short frame near a slot that begins when it is over: the next frame is meant for that, if there is one.
        if lasting > 0, Double(slot) >= (pts + lasting) * rate - 1e-6 { slot -= 1 }
        guard let next = nextSlot else {
            nextSlot = slot + 1
            return Placement(repeats: slot..<slot, slot: slot)
        }
        guard slot >= next else { return Placement(repeats: next..<next, slot: nil) }
        nextSlot = slot + 1
        return Placement(repeats: next..<slot, slot: slot)
    }

    /// The slots left to fill when the last frame shows until `end`.
    public mutating func finish(end: Double) -> Range<Int64> {
        guard let next = nextSlot else { return 0..<0 }
        let last = max(next, Self.nearest(end * rate))
        nextSlot = last
        return next..<last
    }

    /// Halves go down, so that 60 to 30 keeps every other frame. The bound keeps absurd times from overflowing.
    private static func nearest(_ value: Double) -> Int64 {
        Int64(max(-1e15, min(1e15, (value - 0.5 - 1e-6).rounded(.up))))
    }
}
