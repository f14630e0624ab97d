import Network

@testable import Pipeline

/// Decode, paint and encode on a simulated clock: one frame a stage and one between decode and paint, as live runs have it.
struct LiveSimulation {
    var governor: Governor
    /// Presentation times, ascending, and when each frame can be had from the source.
    var frames: [(pts: Double, ready: Double)]
    /// Seconds to paint the frame of this number at full resolution.
    var paintCost: (Int) -> Double
    var encodeCost: (Int) -> Double = { _ in 0.002 }
    /// The share of the cost that does not shrink with the resolution.
    var fixedShare = 0.05
    /// Seconds that every rung but the full one costs besides, as scaling does.
    var scaling = 0.0
    /// What the governor's clock shows at a true time.
    var clock: (Double) -> Double = { $0 }
    var ladder: Ladder

    struct Outcome {
        var governor: Governor
        /// True times at which painting began and ended, and the rung.
        var paints: [(begun: Double, ended: Double, rung: Int)] = []
        /// True times of changes of the rung.
        var changes: [(time: Double, rung: Int)] = []
        /// When the paint stage took a frame, and how far behind its time that was.
        var taken: [(time: Double, lag: Double)] = []
        /// For each output frame: is it a repeat?
        var output: [Bool] = []
        /// True time of the last event.
        var ended = 0.0
    }

    /// Seconds to paint a frame on a rung.
    func cost(_ frame: Int, rung: Int) -> Double {
        let ratio = ladder.rungs[rung].area / ladder.rungs[0].area
        return paintCost(frame) * (fixedShare + (1 - fixedShare) * ratio) + (rung > 0 ? scaling : 0)
    }

    func run() -> Outcome {
        var run = Run(simulation: self)
        run.toTheEnd()
        return run.outcome
    }
}

/// Events in the order of time: a frame arrives, painting ends, encoding ends.
private struct Run {
    let simulation: LiveSimulation
    var outcome: LiveSimulation.Outcome
    private typealias Item = (index: Int, frame: Governor.Frame)
    private var now = 0.0
    private var nextFrame = 0
    /// Held by decode, waiting before paint, being painted, waiting before encode, being encoded.
    private var decoded: Item?
    private var queued: Item?
    private var painting: (item: Item, rung: Int, begun: Double, ends: Double)?
    private var painted: (item: Item, isRepeat: Bool)?
    private var encoding: (item: Item, isRepeat: Bool, ends: Double)?

    init(simulation: LiveSimulation) {
        self.simulation = simulation
        outcome = LiveSimulation.Outcome(governor: simulation.governor)
    }

    private var clock: Double { simulation.clock(now) }

    mutating func toTheEnd() {
        while true {
            while moveOn() {}
            let arrival = decoded == nil && nextFrame < simulation.frames.count
                ? max(now, simulation.frames[nextFrame].ready) : .infinity
            let next = min(arrival, painting?.ends ?? .infinity, encoding?.ends ?? .infinity)
            guard next.isFinite else { return }
            (now, outcome.ended) = (next, next)
            if let done = encoding, done.ends == now {
                if done.isRepeat {
                    outcome.governor.wroteRepeat()
                } else {
                    outcome.governor.wrote(done.item.frame, at: clock)
                }
                encoding = nil
            } else if var done = painting, done.ends == now, painted == nil {
                outcome.governor.painted(&done.item.frame, at: clock)
                outcome.paints.append((done.begun, now, done.rung))
                if outcome.governor.rung != done.rung { outcome.changes.append((now, outcome.governor.rung)) }
                painted = (done.item, false)
                painting = nil
            } else if arrival == now {
                arrive()
            } else if var blocked = painting {
                // Painted, but the place before the encoder is taken until it is done.
                blocked.ends = encoding?.ends ?? now
                painting = blocked
            }
        }
    }

    private mutating func arrive() {
        let arrival = outcome.governor.arrived(
            pts: simulation.frames[nextFrame].pts, wasHeld: simulation.frames[nextFrame].ready < now, at: clock)
        for _ in arrival.repeats {
            outcome.output.append(true)
            outcome.governor.wroteRepeat()
        }
        if !arrival.isDropped { decoded = (nextFrame, arrival.frame) }
        nextFrame += 1
    }

    /// Hands frames on where there is room. False when nothing moves.
    private mutating func moveOn() -> Bool {
        if encoding == nil, let (item, isRepeat) = painted {
            encoding = (item, isRepeat, now + simulation.encodeCost(item.index))
            painted = nil
            outcome.output.append(isRepeat)
        } else if painting == nil, painted == nil, let item = queued {
            queued = nil
            begin(item)
        } else if queued == nil, let item = decoded {
            (queued, decoded) = (item, nil)
        } else {
            return false
        }
        return true
    }

    private mutating func begin(_ item: Item) {
        var item = item
        let decision = outcome.governor.begin(&item.frame, at: clock)
        outcome.taken.append((now, item.frame.begun - item.frame.due))
        switch decision {
        case .paint(let rung):
            painting = (item, rung, now, now + simulation.cost(item.index, rung: rung))
        case .repeatLast: painted = (item, true)
        case .drop: break
        }
    }
}

extension LiveSimulation {
    /// A run of 20 to 40 s of which `seed` chooses everything.
    static func random(seed: UInt64) -> LiveSimulation {
        var random = SplitMix64(state: seed)
        func chance(_ p: Double) -> Bool { Double.random(in: 0..<1, using: &random) < p }
        let rates: [Double] = [10, 24, 25, 29.97, 30, 50, 60]
        let rate = rates[Int.random(in: 0..<rates.count, using: &random)]
        let interval = 1 / rate
        let seconds = Double.random(in: 20...40, using: &random)
        let sizes: [(Int, Int)] = [(640, 360), (1280, 720), (1920, 1080), (360, 640), (320, 180), (333, 500)]
        let size = sizes[Int.random(in: 0..<sizes.count, using: &random)]
        let ladder = Ladder(width: size.0, height: size.1)

        // The source: steady, jittery, in bursts, with stalls, with jumping timestamps.
        let start = Double.random(in: -5...1000, using: &random)
        let jitter = chance(0.5) ? Double.random(in: 0...0.5, using: &random) * interval : 0
        let burst = chance(0.3) ? Int.random(in: 2...8, using: &random) : 1
        let stalls = chance(0.3)
        let jumps = chance(0.2)
        var frames: [(pts: Double, ready: Double)] = []
        var (time, pts, latest): (Double, Double, Double) = (0, start, 0)
        let count = Int(seconds * rate)
        for i in 0..<count {
            time += interval
            pts += interval
            if stalls && chance(0.002) { time += Double.random(in: 0.5...5, using: &random) }
            if jumps && chance(0.002) { pts += Double.random(in: 0...30, using: &random) }
            let behind = Double(burst - 1 - i % burst) * interval
            latest = max(latest, time + behind + Double.random(in: 0...1, using: &random) * jitter)
            frames.append((pts, latest))
        }

        // The network: from far too fast to hopeless, with noise, single hiccups and slow phases.
        let load = pow2(Double.random(in: -4...5, using: &random))
        let noise = Double.random(in: 0...0.6, using: &random)
        let hiccups = chance(0.4)
        let phases = chance(0.5)
        let slowdown = Double.random(in: 1...6, using: &random)
        let period = Double.random(in: 2...15, using: &random)
        let costs = (0..<count).map { i in
            var cost = load * interval * (1 + noise * Double.random(in: -1...1, using: &random))
            if hiccups && chance(0.005) { cost += Double.random(in: 0.1...3, using: &random) }
            if phases && Int(Double(i) * interval / period) % 2 == 1 { cost *= slowdown }
            return cost
        }
        let encode = chance(0.2) ? Double.random(in: 0.5...2, using: &random) * interval : 0.1 * interval

        var deadlines = Governor.Deadlines(ladder: ladder, interval: chance(0.8) ? interval : 1)
        deadlines.preference = Preference.allCases.randomElement(using: &random) ?? .fps
        deadlines.latePolicy = LatePolicy.allCases.randomElement(using: &random) ?? .repeat
        deadlines.rung = Int.random(in: 0..<ladder.rungs.count, using: &random)
        let rate2 = chance(0.2) ? [15.0, 25, 30, 60].randomElement(using: &random) : nil
        // The governor's clock may be set back or forward now and then.
        let jumpAt = chance(0.2) ? Double.random(in: 0...seconds, using: &random) : .infinity
        let jumpBy = Double.random(in: -100...100, using: &random)
        return LiveSimulation(
            governor: Governor(pacing: .deadlines(deadlines), rate: rate2), frames: frames, paintCost: { costs[$0] },
            encodeCost: { _ in encode }, fixedShare: Double.random(in: 0...0.3, using: &random),
            clock: { $0 + ($0 > jumpAt ? jumpBy : 0) }, ladder: ladder)
    }

    private static func pow2(_ x: Double) -> Double {
        var (whole, result) = (Int(x.rounded(.down)), 1.0)
        while whole > 0 { (whole, result) = (whole - 1, result * 2) }
        while whole < 0 { (whole, result) = (whole + 1, result / 2) }
        return result * (1 + x - x.rounded(.down))
    }
}
