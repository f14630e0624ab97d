import Network
import Testing

@testable import Pipeline

@Suite struct LadderTests {
    @Test func rungsHalveThePixelsDownToTheFloor() {
        let rungs = Ladder(width: 1280, height: 720).rungs
        #expect(rungs.first == Ladder.Rung(width: 1280, height: 720))
        #expect(rungs.last == Ladder.Rung(width: 320, height: 180))
        for (one, other) in zip(rungs, rungs.dropFirst()) {
            #expect((1.8...2.3).contains(one.area / other.area))
        }
    }

    @Test(arguments: [
        (640, 360), (1920, 1080), (3840, 2160), (1080, 1920), (854, 480), (333, 500), (321, 181), (1000, 190), (16, 16), (320, 180),
    ])
    func noRungIsBelowTheFloor(width: Int, height: Int) {
        let ladder = Ladder(width: width, height: height)
        #expect(ladder.rungs[0] == Ladder.Rung(width: width, height: height))
        for rung in ladder.rungs.dropFirst() {
            #expect(max(rung.width, rung.height) >= 320)
            #expect(min(rung.width, rung.height) >= 180)
            #expect(rung.width % 4 == 0 && rung.height % 4 == 0)
            #expect((rung.width > rung.height) == (width > height))
            // The aspect is kept but for the rounding.
            #expect(abs(Double(rung.width) / Double(rung.height) * Double(height) / Double(width) - 1) < 0.025)
        }
        for (one, other) in zip(ladder.rungs, ladder.rungs.dropFirst()) { #expect(other.area < one.area) }
    }
}

@Suite struct RateConverterTests {
    /// Presentation times as shown in the output, slot by slot: the index of the input frame.
    private func convert(_ pts: [Double], to rate: Double, end: Double, lasting: Double = 0) -> [Int] {
        var converter = RateConverter(rate: rate)
        var shown: [Int] = []
        var last = 0
        for (index, time) in pts.enumerated() {
            let placement = converter.place(pts: time, lasting: lasting)
            for _ in placement.repeats { shown.append(last) }
            if placement.slot != nil {
                shown.append(index)
                last = index
            }
        }
        for _ in converter.finish(end: end) { shown.append(last) }
        return shown
    }

    @Test func doubling() {
        #expect(convert((0..<4).map { Double($0) / 15 }, to: 30, end: 4 / 15.0) == [0, 0, 1, 1, 2, 2, 3, 3])
    }

    @Test func halving() {
        #expect(convert((0..<8).map { Double($0) / 60 }, to: 30, end: 8 / 60.0) == [0, 2, 4, 6])
    }

    @Test func noSlotBeginsAfterTheEnd() {
        for rate in [2.0, 3, 7, 24] {
            #expect(convert((0..<10).map { Double($0) / 10 }, to: rate, end: 1, lasting: 0.1).count == Int(rate))
        }
    }

    @Test func theSameRateChangesNothingInSpiteOfRoundedTimes() {
        let rounded = (0..<1000).map { (Double($0) / 29.97 * 1000).rounded() / 1000 }
        #expect(convert(rounded, to: 29.97, end: 1000 / 29.97) == Array(0..<1000))
    }

    @Test func filmToVideoKeepsTheLength() {
        let shown = convert((0..<240).map { Double($0) / 24 }, to: 30, end: 10)
        #expect(shown.count == 300)
        #expect(Set(shown).count == 240)
    }

    @Test func gapsAreFilledWithTheFrameBefore() {
        #expect(convert([0, 0.1, 0.5, 0.6], to: 10, end: 0.7) == [0, 1, 1, 1, 1, 2, 3])
    }

    /// A clock that was set, or a damaged timestamp, forwards by more than a day.
    @Test func aJumpIsNoGapToFill() {
        #expect(convert([0, 0.1, 1e9, 1e9 + 0.1, 1e9 + 0.3], to: 10, end: 1e9 + 0.4) == [0, 1, 2, 3, 3, 4])
        var converter = RateConverter(rate: 10)
        _ = converter.place(pts: 0)
        #expect(converter.place(pts: 2e5).slot == 2_000_000)
        #expect(convert([0, 0.1], to: 10, end: 1e12) == [0, 1])
    }

    @Test func everySlotIsUsedOnce() {
        var random = SplitMix64(state: 7)
        for _ in 0..<500 {
            var time = Double.random(in: -10...10, using: &random)
            var converter = RateConverter(rate: Double.random(in: 1...120, using: &random))
            var expected: Int64?
            for _ in 0..<200 {
                let placement = converter.place(pts: time)
                for slot in Array(placement.repeats) + [placement.slot].compactMap({ $0 }) {
                    if let expected { #expect(slot == expected) }
                    expected = slot + 1
                }
                time += Double.random(in: 0...0.3, using: &random)
            }
        }
    }
}

@Suite struct FrameScheduleTests {
    @Test func theEarliestArrivalsSetTheSchedule() {
        var schedule = FrameSchedule()
        for i in 0..<90 { schedule.arrived(pts: Double(i) / 30, at: 5 + Double(i) / 30 + (i % 3 == 0 ? 0 : 0.01)) }
        #expect(abs((schedule.due(pts: 3) ?? 0) - 8) < 1e-9)
    }

    @Test func aPausedSourceHasANewSchedule() {
        var schedule = FrameSchedule()
        for i in 0..<30 { schedule.arrived(pts: Double(i) / 30, at: Double(i) / 30) }
        // Shorter than the time in which earlier arrivals are forgotten anyway.
        schedule.arrived(pts: 1, at: 2.5)
        #expect(schedule.due(pts: 1) == 2.5)
    }

    @Test func timestampsThatStartAgainHaveANewSchedule() {
        var schedule = FrameSchedule()
        for i in 0..<30 { schedule.arrived(pts: 100 + Double(i) / 30, at: Double(i) / 30) }
        // Half a second back: too little to pass for a pause.
        schedule.arrived(pts: 100.5, at: 1)
        #expect(schedule.due(pts: 101) == 1.5)
    }

    @Test func aLastingDelayIsAccepted() {
        var schedule = FrameSchedule()
        for i in 0..<300 { schedule.arrived(pts: Double(i) / 30, at: Double(i) / 30 + (i > 100 ? 0.8 : 0)) }
        #expect(abs((schedule.due(pts: 10) ?? 0) - 10.8) < 1e-9)
    }
}
