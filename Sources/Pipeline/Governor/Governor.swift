/// Decides for every frame whether it is painted, at which resolution, or given up, so that a live output keeps its pace.
///
/// It is a value that is told what happened and when; it has no clock, no threads and no frames, so that every rule can be
/// tested with a simulated clock. Times are in seconds on any clock; should it jump back, time goes on from where it was.
///
/// ```swift
/// var governor = Governor(pacing: .deadlines(Governor.Deadlines(ladder: ladder, interval: 1 / 30)))
/// var frame = governor.arrived(pts: 0, at: now()).frame
/// switch governor.begin(&frame, at: now()) { case .paint(let rung): … }
/// ```
public struct Governor: Sendable {
    public enum Pacing: Sendable {
        /// Every frame is painted at full resolution, whatever it takes.
        case everyFrame
        /// Frames have deadlines.
        case deadlines(Deadlines)
    }

    public struct Deadlines: Sendable {
        public var ladder: Ladder
        /// Seconds from one frame to the next, as the source states it; measured from there on.
        public var interval: Double
        public var preference = Preference.balanced
        public var latePolicy = LatePolicy.repeat
        /// Whether frames come when they come, whatever rate is stated.
        public var isLive = false
        /// The rung to begin on.
        public var rung = 0
        /// What a frame costs on each rung, in any unit.
        public var costs: [Double]

        public init(ladder: Ladder, interval: Double) {
            self.ladder = ladder
            self.interval = interval
            costs = ladder.rungs.map(\.area)
        }

        /// Measures the rungs from the lowest up, as far as frames could keep up there at half the present load, and begins on
        /// the largest that is likely to.
        /// - Parameter seconds: What a frame takes on a rung.
        public mutating func chooseRung(measuring seconds: (Int) -> Double) {
            let limit = 2 * RungController.longest(ladder, preference, interval: interval)
            var last: Int?
            for rung in ladder.rungs.indices.reversed() {
                if let last, costs[last] > limit {
                    costs[rung] = costs[last] * ladder.rungs[rung].area / ladder.rungs[last].area
                } else {
                    costs[rung] = max(seconds(rung), 1e-6)
                    last = rung
                }
            }
            rung = RungController.likely(ladder: ladder, preference: preference, seconds: costs, interval: interval)
        }
    }

    /// One frame on its way through the stages, as the governor sees it.
    public struct Frame: Sendable {
        let pts: Double
        let arrived: Double
        let due: Double
        var begun = 0.0
        var painted = 0.0
        var rung = 0
    }

    public struct Arrival: Sendable {
        public var frame: Frame
        /// Output slots before the frame that show the last one again. Empty without a rate conversion.
        public var repeats: Range<Int64>
        /// The frame's place at the converted rate; nil: the frame is dropped, or there is no conversion.
        public var slot: Int64?
        public var isDropped: Bool
    }

    public enum Decision: Sendable, Equatable {
        case paint(rung: Int)
        case repeatLast
        case drop
    }

    public private(set) var counts = FrameCounts()
    /// Frames painted on each rung.
    public private(set) var paintedOnRung: [Int]
    private let pacing: Pacing
    private var converter: RateConverter?
    private var schedule = FrameSchedule()
    private var controller: RungController?
    private var interval: Double
    private var clock = ForwardClock()
    private var lastPts: Double?
    private var wasPause = false
    private var lastBegun: Double?
    private var lastPainted: Double?
    /// When the painter was last done with a frame, painted or not.
    private var lastDone = 0.0

    /// - Parameter rate: constant output rate in frames a second; nil keeps the source's timestamps.
    public init(pacing: Pacing = .everyFrame, rate: Double? = nil) {
        self.pacing = pacing
        converter = rate.map(RateConverter.init)
        switch pacing {
        case .everyFrame:
            interval = 0
            paintedOnRung = [0]
        case .deadlines(let deadlines):
            paintedOnRung = deadlines.ladder.rungs.map { _ in 0 }
            interval = Self.plausible(deadlines.interval)
            controller = RungController(
                ladder: deadlines.ladder, preference: deadlines.preference, rung: deadlines.rung, costs: deadlines.costs)
        }
    }

    /// The rung that frames are painted on now; 0 is the full resolution.
    public var rung: Int { controller?.rung ?? 0 }
    /// Changes of resolution so far.
    public var rungChanges: (down: Int, up: Int) { controller?.changes ?? (0, 0) }
    /// When a frame of `pts` is due; nil before the first one.
    public func due(pts: Double) -> Double? { schedule.due(pts: pts) }

    /// The decode stage has a frame that shows at `pts` for `lasting` seconds; 0 when the file does not say.
    /// - Parameter wasHeld: Whether the decode stage had to wait for room before it could read the frame.
    public mutating func arrived(pts: Double, lasting: Double = 0, wasHeld: Bool = false, at now: Double) -> Arrival {
        let now = clock.advance(to: now)
        counts.received += 1
        schedule.arrived(pts: pts, wasHeld: wasHeld, at: now)
        let frame = Frame(pts: pts, arrived: now, due: schedule.due(pts: pts) ?? now)
        let placement = converter?.place(pts: pts, lasting: lasting)
        // Of the frames that are painted: a conversion to a lower rate leaves the others out.
        if placement?.slot != nil || placement == nil {
            if let last = lastPts, pts > last { measureInterval(pts - last) }
            lastPts = pts
        }
        guard let placement else {
            return Arrival(frame: frame, repeats: 0..<0, slot: nil, isDropped: false)
        }
        if placement.slot == nil { counts.dropped += 1 }
        return Arrival(
            frame: frame, repeats: placement.repeats, slot: placement.slot, isDropped: placement.slot == nil)
    }

    private mutating func measureInterval(_ gap: Double) {
        // A picture that stays for seconds is a pause and no new rate, unless the next stays as well.
        let isPause = gap > max(Self.pause.seconds, Self.pause.intervals * interval)
        if !isPause || wasPause { interval += (Self.plausible(gap) - interval) * Self.intervalSmoothing }
        wasPause = isPause
    }

    /// The source has ended; its last frame shows until `end`. Returns the slots that repeat it.
    public mutating func finished(end: Double) -> Range<Int64> {
        converter?.finish(end: end) ?? 0..<0
    }

    /// The paint stage has taken the frame and asks what to do with it.
    public mutating func begin(_ frame: inout Frame, at now: Double) -> Decision {
        let now = clock.advance(to: now)
        frame.begun = now
        guard case .deadlines(let deadlines) = pacing, let begun = lastBegun, let painted = lastPainted else {
            return paint(&frame, at: now)
        }
        // It waited so long that a fresher one is there: the network was busy. Or it is far behind its time.
        let waited = now - frame.arrived > interval * Self.tolerance
        let behind = now - frame.due > max(Self.latencyLimit.intervals * interval, Self.latencyLimit.seconds)
        // However late, a picture is painted twice a second, or half of the time: in the other half stale frames go. Where half is
        // not enough for that, because they take long to be written, now and then.
        let isLagging = isLagging(frame, at: now)
        let shortest = min(interval, 0.5 / RungController.slowestRate)
        let pause = max(shortest, isLagging ? Self.laggingPause : min(painted - begun, Self.longestPause))
        let isOwed = now - begun >= 1 / RungController.slowestRate && now - painted >= pause
        // A camera may be slower than it says: what finds the painter idle for a while is as fresh as can be.
        let isFresh = deadlines.isLive && !waited && frame.arrived - lastDone > interval / 4
        guard waited || behind, !isOwed, !isFresh else { return paint(&frame, at: now) }
        lastDone = now
        // Most of its wait the painter had nothing to do: it was the encoder that let nothing through.
        let wasIdle = now - painted > (now - frame.arrived) / 2
        switch (waited, wasIdle) {
        case (true, true): counts.late.encode += 1
        case (true, false): counts.late.network += 1
        case (false, _): counts.late.decode += 1
        }
        counts.dropped += 1
        return deadlines.latePolicy == .drop ? .drop : .repeatLast
    }

    private mutating func paint(_ frame: inout Frame, at now: Double) -> Decision {
        lastBegun = now
        frame.rung = rung
        return .paint(rung: rung)
    }

    /// The paint stage has painted the frame.
    public mutating func painted(_ frame: inout Frame, at now: Double) {
        let now = clock.advance(to: now)
        frame.painted = now
        (lastPainted, lastDone) = (now, now)
        paintedOnRung[frame.rung] += 1
        let isBehind = isLagging(frame, at: now)
        controller?.painted(seconds: now - frame.begun, interval: interval, isBehind: isBehind, at: now)
    }

    /// Whether frames are so far behind that catching up comes first.
    private func isLagging(_ frame: Frame, at now: Double) -> Bool { now - frame.due > max(Self.longestLag, 8 * interval) }

    /// The frame was given up before it was painted or written, because the run ends.
    public mutating func abandoned() { counts.dropped += 1 }

    /// The last painted frame was written again: for one that `begin` answered with `.repeatLast`, or for a slot of a
    /// conversion.
    @discardableResult
    public mutating func wroteRepeat() -> FrameCounts {
        counts.repeated += 1
        counts.written += 1
        return counts
    }

    /// The painted frame was written.
    @discardableResult
    public mutating func wrote(_ frame: Frame, at now: Double) -> FrameCounts {
        counts.written += 1
        if case .deadlines = pacing { countLateness(frame, at: clock.advance(to: now)) }
        return counts
    }

    private mutating func countLateness(_ frame: Frame, at now: Double) {
        // One interval to be decoded, two to wait and be painted, one to be encoded.
        let over = (
            decode: frame.arrived - frame.due - interval, network: frame.painted - frame.arrived - 2 * interval,
            encode: now - frame.painted - interval
        )
        guard over.decode + over.network + over.encode > 1e-9 else { return }
        switch max(over.decode, over.network, over.encode) {
        case over.decode: counts.late.decode += 1
        case over.network: counts.late.network += 1
        default: counts.late.encode += 1
        }
    }

    private static let intervalSmoothing = 0.1
    /// A gap that is longer than both is no interval.
    private static let pause = (intervals: 4.0, seconds: 1.0)
    /// For stale frames to go, after one that took as long.
    private static let longestPause = 2.0
    /// What frames may be behind for good, and how long after a painting the next one must come meanwhile.
    private static let (longestLag, laggingPause) = (2.0, 4.0)
    /// A frame may wait a little longer than an interval: clocks and sources jitter.
    private static let tolerance = 1.05
    /// How far behind its time a frame may be, the larger of the two.
    private static let latencyLimit = (intervals: 4.0, seconds: 0.5)

    /// 1 ms to 10 s: outside of that a stream's word is not to be trusted.
    private static func plausible(_ interval: Double) -> Double { interval.isFinite ? min(max(interval, 0.001), 10) : 0.04 }
}

/// A clock that never goes backward: a little is taken for stages that read it at once, more for a jump, after which time
/// goes on from where it was.
private struct ForwardClock: Sendable {
    private var latest = -Double.infinity
    private var shift = 0.0

    mutating func advance(to now: Double) -> Double {
        if now + shift < latest - 1 { shift = latest - now }
        latest = max(latest, now + shift)
        return latest
    }
}
