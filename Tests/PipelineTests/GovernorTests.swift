import Network
import Testing

@testable import Pipeline

@Suite struct GovernorPropertyTests {
    @Test func everyRunKeepsThePromises() {
        var changes = 0
        for seed in 0..<3000 as Range<UInt64> {
            let simulation = LiveSimulation.random(seed: seed)
            let outcome = simulation.run()
            changes += outcome.changes.count
            let broken = conservation(simulation, outcome) ?? floors(simulation, outcome) ?? stay(simulation, outcome)
            if let broken {
                Issue.record("seed \(seed): \(broken)")
                return
            }
        }
        #expect(changes > 1000, "the runs try too little")
    }

    /// Conservation is exact, whatever happens.
    private func conservation(_ simulation: LiveSimulation, _ outcome: LiveSimulation.Outcome) -> String? {
        let counts = outcome.governor.counts
        let isRight = counts.isConserved && counts.received == simulation.frames.count
            && counts.written == outcome.output.count
        return isRight ? nil : "not conserved: \(counts)"
    }

    /// Only rungs of the ladder are chosen, and while frames come the time from one painted picture to the next is half a
    /// second at most, or what painting takes and as much again, up to two seconds, in which stale frames may go.
    private func floors(_ simulation: LiveSimulation, _ outcome: LiveSimulation.Outcome) -> String? {
        for paint in outcome.paints where !simulation.ladder.rungs.indices.contains(paint.rung) {
            return "rung \(paint.rung)"
        }
        var next = 0
        for (paint, following) in zip(outcome.paints, outcome.paints.dropFirst()) {
            while next < outcome.taken.count, outcome.taken[next].time <= paint.begun { next += 1 }
            while next < outcome.taken.count, outcome.taken[next].time < following.begun {
                // Far behind, catching up comes first. Where the governor's clock jumps in between, it knows no better.
                let (time, lag) = outcome.taken[next], clocks = [{ $0 }, simulation.clock]
                let took = clocks.map { $0(paint.ended) - $0(paint.begun) }.max() ?? 0, owed = lag > 2 ? 4 : min(2, took)
                if clocks.allSatisfy({ $0(time) > max($0(paint.begun) + 0.5, $0(paint.ended) + owed) + 0.2 }) {
                    return "no paint from \(paint.begun) to \(following.begun)"
                }
                next += 1
            }
        }
        return nil
    }

    /// Two changes of resolution are never closer than the minimum stay.
    private func stay(_ simulation: LiveSimulation, _ outcome: LiveSimulation.Outcome) -> String? {
        for (one, other) in zip(outcome.changes, outcome.changes.dropFirst()) {
            // Where the governor's clock jumps forward, more time has passed for all that it can know.
            let stay = max(other.time - one.time, simulation.clock(other.time) - simulation.clock(one.time))
            if stay < RungController.minimumStay - 1e-6 { return "changed at \(one) and \(other)" }
        }
        return nil
    }

    /// Under a steady load the resolution settles: in the last half of a long run it changes at most now and then, as the
    /// wait before the next try doubles each time.
    @Test func aSteadyLoadSettles() {
        for seed in 0..<300 as Range<UInt64> {
            var random = SplitMix64(state: seed)
            let interval = 1 / 30.0
            let ladder = Ladder(width: 1280, height: 720)
            let cost = interval * Double.random(in: 0.1...20, using: &random)
            var deadlines = Governor.Deadlines(ladder: ladder, interval: interval)
            deadlines.preference = Preference.allCases.randomElement(using: &random) ?? .fps
            var noise = SplitMix64(state: seed &+ 1)
            let simulation = LiveSimulation(
                governor: Governor(pacing: .deadlines(deadlines)),
                frames: (0..<7200).map { (Double($0) * interval, Double($0) * interval) },
                paintCost: { _ in cost * Double.random(in: 0.9...1.1, using: &noise) },
                // Below 0, a step up costs more than the number of pixels says: it is found to have been a mistake.
                fixedShare: Double.random(in: -0.1...0.2, using: &random), ladder: ladder)
            let late = simulation.run().changes.filter { $0.time > 120 }
            #expect(late.count <= 4, "seed \(seed): \(late)")
        }
    }
}

@Suite struct GovernorTests {
    private let interval = 1 / 30.0

    private func simulation(
        load: Double, preference: Preference = .fps, policy: LatePolicy = .repeat, seconds: Double = 60,
        ladder: Ladder = Ladder(width: 640, height: 360)
    ) -> LiveSimulation {
        var deadlines = Governor.Deadlines(ladder: ladder, interval: interval)
        deadlines.preference = preference
        deadlines.latePolicy = policy
        let interval = interval
        return LiveSimulation(
            governor: Governor(pacing: .deadlines(deadlines)),
            frames: (0..<Int(seconds * 30)).map { (Double($0) * interval, Double($0) * interval) },
            paintCost: { _ in load * interval }, ladder: ladder)
    }

    @Test func withTimeToSpareEveryFrameIsPaintedInFull() {
        let outcome = simulation(load: 0.6).run()
        #expect(outcome.paints.count == 1800)
        #expect(outcome.paints.allSatisfy { $0.rung == 0 })
        #expect(outcome.governor.counts.late == FrameCounts.Late())
    }

    @Test func fpsGivesUpResolutionAndKeepsTheRate() {
        let outcome = simulation(load: 1.5, preference: .fps).run()
        let settled = outcome.paints.filter { $0.begun > 5 }
        #expect(settled.allSatisfy { $0.rung == 1 })
        #expect(settled.count == 55 * 30 - 1)
        #expect(outcome.output.count == 1800)
    }

    /// However slow painting is, what is written does not fall behind the clock for good.
    @Test(arguments: [4.0, 9, 12.6, 20, 40], [0.01, 0.02, 0.025])
    func theOutputKeepsUpWithTheClock(_ load: Double, _ encodeCost: Double) {
        for policy in LatePolicy.allCases {
            var slow = simulation(load: load, preference: .quality, policy: policy, ladder: Ladder(width: 320, height: 180))
            slow.encodeCost = { _ in encodeCost }
            let outcome = slow.run()
            #expect(outcome.ended < 64 && (outcome.output.count == 1800 || policy == .drop), "\(policy) ends at \(outcome.ended)")
        }
    }

    /// A network that is nearly as fast at full size as scaling is.
    @Test(arguments: Preference.allCases) func scalingIsNotTakenForSaving(_ preference: Preference) {
        let ladder = Ladder(width: 1280, height: 720)
        var fast = simulation(load: 0.54, preference: preference, ladder: ladder)
        fast.scaling = 0.016
        var deadlines = Governor.Deadlines(ladder: ladder, interval: interval)
        deadlines.preference = preference
        deadlines.chooseRung { [fast] in fast.cost(0, rung: $0) }
        #expect(deadlines.rung == 0)
        fast.governor = Governor(pacing: .deadlines(deadlines))
        #expect(fast.run().paints.allSatisfy { $0.rung == 0 })
        let interval = interval
        // Three seconds in which all takes three times as long.
        fast.paintCost = { (300..<390).contains($0) ? 1.62 * interval : 0.54 * interval }
        #expect(fast.run().paints.last?.rung == 0)
    }

    @Test(arguments: [3.0, 6, 10, 20]) func aPictureThatStaysForSecondsIsNoNewRate(_ gap: Double) {
        var paused = simulation(load: 1.5)
        paused.frames = paused.frames.map { $0.pts < 20 ? $0 : ($0.pts + gap, $0.ready + gap) }
        let outcome = paused.run()
        #expect(outcome.changes.count == 1 && outcome.paints.last?.rung == 1, "\(outcome.changes)")
    }

    @Test func qualityGivesUpTheRateAndKeepsTheResolution() {
        let outcome = simulation(load: 3, preference: .quality).run()
        #expect(outcome.paints.allSatisfy { $0.rung == 0 })
        // Every third frame is painted, and the output keeps its rate.
        #expect((550...650).contains(outcome.paints.count))
        #expect(outcome.output.count == 1800)
        #expect(outcome.ended < 61)
        #expect(outcome.governor.counts.late.network > (1800 - outcome.paints.count) * 9 / 10)
    }

    @Test func qualityGivesUpResolutionBelowTwoFramesASecond() {
        let outcome = simulation(load: 30, preference: .quality).run()
        #expect(outcome.paints.last?.rung == 2)
    }

    @Test func balancedGivesUpHalfOfEach() {
        // Too slow by 5: a quarter of the pixels still takes 1.4 intervals, so two frames of three are painted, although
        // the rung below would manage all of them.
        let outcome = simulation(load: 5, preference: .balanced, ladder: Ladder(width: 1280, height: 720)).run()
        let settled = outcome.paints.filter { $0.begun > 10 }
        #expect(settled.allSatisfy { $0.rung == 2 })
        #expect((1000...1080).contains(settled.count))
    }

    @Test func droppingLeavesFramesOut() {
        let outcome = simulation(load: 3, preference: .quality, policy: .drop).run()
        #expect(outcome.output.count == outcome.paints.count)
        #expect(outcome.governor.counts.dropped == 1800 - outcome.paints.count)
        #expect(outcome.governor.counts.repeated == 0)
    }

    @Test func oneHiccupChangesNothing() {
        var simulation = simulation(load: 0.5)
        let interval = interval
        simulation.paintCost = { $0 == 300 ? 0.4 : 0.5 * interval }
        let outcome = simulation.run()
        #expect(outcome.changes.isEmpty)
        #expect(outcome.paints.count >= 1800 - 13)
    }

    @Test func aClockThatIsSetBackHoldsNothingUp() {
        var simulation = simulation(load: 0.5)
        let interval = interval
        simulation.paintCost = { $0 > 600 ? 3 * interval : 0.5 * interval }
        simulation.clock = { $0 < 19 ? $0 : $0 - 3600 }
        let outcome = simulation.run()
        #expect((20..<25).contains(outcome.changes.first?.time ?? 0), "\(outcome.changes)")
        #expect(outcome.paints.last?.rung == 2)
    }

    @Test func theResolutionComesBackWhenTheLoadGoes() {
        var simulation = simulation(load: 0.6)
        let interval = interval
        simulation.paintCost = { (300..<900).contains($0) ? 3 * interval : 0.5 * interval }
        let outcome = simulation.run()
        #expect(outcome.paints.contains { $0.rung == 2 })
        #expect(outcome.paints.last?.rung == 0)
    }

    @Test func aFailedStepUpMakesTheNextOneWaitLonger() {
        // Resolution costs less than the ladder thinks, so each step up looks good and then is not.
        let ladder = Ladder(width: 640, height: 360)
        var controller = RungController(ladder: ladder, preference: .fps, rung: 1)
        var ups: [Double] = []
        for frame in 0..<30 * 120 {
            let now = Double(frame) * interval
            let before = controller.rung
            controller.painted(seconds: controller.rung == 0 ? 1.2 * interval : 0.3 * interval, interval: interval, at: now)
            if controller.rung < before { ups.append(now) }
        }
        let waits = zip(ups.dropFirst(), ups).map { $0 - $1 }
        #expect(waits.count >= 3)
        for (wait, next) in zip(waits, waits.dropFirst()) { #expect(next > 1.5 * wait) }
    }

    /// A camera of half the stated rate.
    @Test func aSlowLiveSourceIsPaintedWhole() {
        var deadlines = Governor.Deadlines(ladder: Ladder(width: 640, height: 360), interval: interval)
        deadlines.isLive = true
        var slow = simulation(load: 0.3, seconds: 10)
        slow.governor = Governor(pacing: .deadlines(deadlines))
        slow.frames = slow.frames.map { ($0.pts, 2 * $0.ready) }
        let counts = slow.run().governor.counts
        #expect(counts.repeated == 0 && counts.dropped == 0)
        // A second's backlog, all of it there at once, is still not worked off frame by frame.
        slow.frames = slow.frames.map { ($0.pts, (3..<4).contains($0.pts) ? 4 : $0.pts) }
        #expect(slow.run().governor.counts.late.decode > 5)
    }

    @Test func latenessIsCountedByCause() {
        var slowEncoder = simulation(load: 0.5, seconds: 10)
        slowEncoder.encodeCost = { _ in 0.2 }
        let late = slowEncoder.run().governor.counts.late
        #expect(late.encode > late.network && late.encode > 10)

        var slowSource = simulation(load: 0.5, seconds: 10)
        // One second without frames, then all at once.
        slowSource.frames = slowSource.frames.map { ($0.pts, (3..<4).contains($0.ready) ? 4 : $0.ready) }
        #expect(slowSource.run().governor.counts.late.decode > 5)
    }

    @Test func aFrameThatIsLateHasOneCause() {
        var governor = Governor(
            pacing: .deadlines(Governor.Deadlines(ladder: Ladder(width: 640, height: 360), interval: 0.04)))
        func show(_ pts: Double, arrived: Double, painted: Double, written: Double) {
            var frame = governor.arrived(pts: pts, at: arrived).frame
            _ = governor.begin(&frame, at: arrived)
            governor.painted(&frame, at: painted)
            governor.wrote(frame, at: written)
        }
        show(0, arrived: 0, painted: 0.01, written: 0.02)
        #expect(governor.counts.late == FrameCounts.Late())
        show(0.04, arrived: 0.2, painted: 0.21, written: 0.22)
        #expect(governor.counts.late.decode == 1)
        show(0.24, arrived: 0.24, painted: 0.74, written: 0.75)
        #expect(governor.counts.late.network == 1)
        show(1, arrived: 1, painted: 1.01, written: 2)
        #expect(governor.counts.late.encode == 1)
        #expect(governor.counts.late.decode == 1 && governor.counts.late.network == 1)
    }

    @Test func aRunBeginsOnTheLargestRungThatIsLikelyToKeepUp() {
        // The lowest rung has a sixteenth of the pixels.
        let ladder = Ladder(width: 1280, height: 720)
        var measured: [Int] = []
        func rung(_ lowestCost: Double, _ preference: Preference) -> Int {
            var deadlines = Governor.Deadlines(ladder: ladder, interval: 0.04)
            deadlines.preference = preference
            measured = []
            deadlines.chooseRung { rung in
                measured.append(rung)
                return lowestCost * ladder.rungs[rung].area / (320 * 180)
            }
            return deadlines.rung
        }
        #expect(rung(0.001, .fps) == 0)
        #expect(rung(0.002, .fps) == 1)
        #expect(rung(1, .fps) == ladder.rungs.count - 1)
        #expect(measured == [ladder.rungs.count - 1], "what is hopeless costs no more time")
        #expect(rung(0.02, .quality) == 0)
    }
}
