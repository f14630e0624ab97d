/// Chooses the rung from what painting costs, with the hysteresis of WebRTC's overuse detector: a high and a low mark
/// far enough apart that one step cannot cross both, two measurements in a row, a minimum stay, and a wait before
/// stepping up that doubles each time it turns out to have been a mistake.
///
/// All times are in seconds.
struct RungController: Sendable {
    /// Painting takes more than this part of the time there is for it: too much.
    static let highMark = 0.85
    /// Stepping up is considered when painting on the rung above would take no more than this part. Where that rung costs
    /// twice as much, it is a load of about 0.35 on the present one.
    static let predictedMark = 0.7
    /// Measurements that must agree.
    static let agreeing = 2
    /// A measurement is the mean over at least this long and this many frames.
    static let window = (seconds: 0.5, frames: 2)
    /// Between two changes.
    static let minimumStay = 2.0
    /// Between a change and the next step up: at first, and at most after failures.
    static let stepUpDelay = (first: 4.0, most: 64.0)
    /// A rung that costs more than this part of the one above is none.
    private static let worthwhile = 0.95
    /// Frames a second that painting must reach before resolution is given up for nothing else.
    static let slowestRate = 2.0

    let ladder: Ladder
    let preference: Preference
    /// What a frame costs on each rung, in any unit.
    private let costs: [Double]
    /// The rungs that cost less than those above them, the full one first: below it, scaling can cost more than is saved.
    private let useful: [Int]
    private(set) var rung: Int
    /// Steps down and up so far.
    private(set) var changes = (down: 0, up: 0)

    private var windowStart: Double?
    private var taken = 0.0
    private var frames = 0
    private var highs = 0
    private var lows = 0
    private var lastChange: Double?
    private var lastStepUp: Double?
    private var delay = stepUpDelay.first

    /// - Parameters:
    ///   - rung: where to begin.
    ///   - costs: of each rung; without them as many as there are pixels.
    init(ladder: Ladder, preference: Preference, rung: Int = 0, costs: [Double]? = nil) {
        self.ladder = ladder
        self.preference = preference
        let costs = costs ?? ladder.rungs.map(\.area)
        self.costs = costs
        useful = ladder.rungs.indices.reduce(into: []) { useful, rung in
            if useful.last.map({ costs[rung] < Self.worthwhile * costs[$0] }) ?? true { useful.append(rung) }
        }
        self.rung = min(max(rung, 0), ladder.rungs.count - 1)
    }

    /// The largest rung on which painting is likely to keep up, when a frame takes `seconds` on each.
    static func likely(ladder: Ladder, preference: Preference, seconds: [Double], interval: Double) -> Int {
        let controller = RungController(ladder: ladder, preference: preference, costs: seconds)
        return controller.useful.first {
            controller.predictedLoad(on: $0, seconds: seconds[0], interval: interval) <= predictedMark
        } ?? controller.useful[controller.useful.count - 1]
    }

    /// The longest that a frame may take on any rung.
    static func longest(_ ladder: Ladder, _ preference: Preference, interval: Double) -> Double {
        let controller = RungController(ladder: ladder, preference: preference)
        return ladder.rungs.indices.map { controller.target($0, interval: interval) }.max() ?? interval
    }

    /// A frame was painted on the present rung in `seconds`, with frames every `interval`; it is now `now`.
    /// - Parameter isBehind: Whether it is far behind its time.
    mutating func painted(seconds: Double, interval: Double, isBehind: Bool = false, at now: Double) {
        let start = windowStart ?? now - seconds
        windowStart = start
        taken += seconds
        frames += 1
        guard now - start >= Self.window.seconds, frames >= Self.window.frames else { return }
        let mean = taken / Double(frames)
        startWindow()
        judge(mean, interval: interval, isBehind: isBehind, at: now)
    }

    private mutating func startWindow() {
        windowStart = nil
        taken = 0
        frames = 0
    }

    private mutating func judge(_ seconds: Double, interval: Double, isBehind: Bool, at now: Double) {
        // Frames that are not painted leave no time to catch up while those that are take longer than one lasts.
        let isHigh = predictedLoad(on: rung, seconds: seconds, interval: interval) > Self.highMark || isBehind && seconds > interval
        let above = useful.last { $0 < rung }
        let isLow = !isBehind && above.map { predictedLoad(on: $0, seconds: seconds, interval: interval) <= Self.predictedMark } ?? false
        highs = isHigh ? highs + 1 : 0
        lows = isLow ? lows + 1 : 0
        let stay = lastChange.map { now - $0 } ?? .infinity
        if highs >= Self.agreeing, stay >= Self.minimumStay {
            let below = useful.filter { $0 > rung }
            let enough = below.first { predictedLoad(on: $0, seconds: seconds, interval: interval) <= Self.highMark }
            guard let target = enough ?? below.last else { return }
            stepDown(to: target, at: now)
        } else if lows >= Self.agreeing, stay >= max(delay, Self.minimumStay), let above {
            change(to: above, at: now)
            changes.up += 1
            lastStepUp = now
        }
    }

    private mutating func stepDown(to target: Int, at now: Double) {
        // Down again before a step up had time to prove itself: that step was a mistake.
        let failed = lastStepUp.map { now - $0 < 2 * delay } ?? false
        delay = failed ? min(2 * delay, Self.stepUpDelay.most) : Self.stepUpDelay.first
        lastStepUp = nil
        change(to: target, at: now)
        changes.down += 1
    }

    private mutating func change(to target: Int, at now: Double) {
        rung = target
        lastChange = now
        highs = 0
        lows = 0
    }

    /// The part of the time there is that painting would take on `other`, given what it takes on the present rung.
    private func predictedLoad(on other: Int, seconds: Double, interval: Double) -> Double {
        seconds * costs[other] / costs[rung] / target(other, interval: interval)
    }

    /// How long painting a frame on `rung` may take by preference.
    private func target(_ rung: Int, interval: Double) -> Double {
        let slowest = max(interval, 1 / Self.slowestRate)
        return switch preference {
        case .fps: interval
        case .quality: slowest
        case .balanced: ladder.scale(rung) > 0.51 ? interval : min(2 * interval, slowest)
        }
    }
}
