import Testing

@testable import Pipeline

@Suite struct ProgressMeterTests {
    private func written(_ frames: Int) -> FrameCounts {
        var counts = FrameCounts()
        counts.written = frames
        return counts
    }

    @Test func ratesComeFromTheClockHandedIn() {
        var meter = ProgressMeter(totalFrames: 100, totalSeconds: nil)
        // Ten frames a second for 4 s, then twenty a second for 3 s.
        for i in 1...40 { meter.update(counts: written(i), mediaSeconds: 0, frameSeconds: 0, elapsed: Double(i) / 10) }
        #expect(abs(meter.progress.rateNow - 10) < 0.1)
        for i in 1...60 { meter.update(counts: written(40 + i), mediaSeconds: 0, frameSeconds: 0, elapsed: 4 + Double(i) / 20) }
        #expect(abs(meter.progress.rateNow - 20) < 0.2)
        #expect(abs(meter.progress.rateAverage - 100 / 7) < 0.01)
        #expect(meter.progress.fraction == 1)
        #expect(meter.progress.remaining == 0)
    }

    @Test func theFractionFollowsMediaTimeWhenItIsKnown() {
        var meter = ProgressMeter(totalFrames: 1000, totalSeconds: 10)
        meter.update(counts: written(1), mediaSeconds: 100, frameSeconds: 0.125, elapsed: 1)
        meter.update(counts: written(10), mediaSeconds: 102.375, frameSeconds: 0.125, elapsed: 5)
        #expect(meter.progress.fraction == 0.25)
        #expect(meter.progress.remaining == 15)
    }

    /// Half of them lie there already, and take a second to copy; the rest is painted at two a second.
    @Test func finishedFramesSayNothingOfThePace() {
        var meter = ProgressMeter(totalFrames: 100, totalSeconds: nil, finishedFrames: 50)
        for i in 1...50 { meter.update(counts: written(i), mediaSeconds: Double(i - 1), frameSeconds: 1, elapsed: Double(i) / 50) }
        #expect(meter.progress.fraction == 0.5 && meter.progress.remaining == nil && meter.progress.rateAverage == 0)
        for i in 51...60 { meter.update(counts: written(i), mediaSeconds: Double(i - 1), frameSeconds: 1, elapsed: 1 + Double(i - 50) / 2) }
        #expect(meter.progress.rateAverage == 2 && meter.progress.speed == 2 && meter.progress.finishedSeconds == 50)
        #expect(abs(meter.progress.rateNow - 2) < 0.01)
        #expect(abs((meter.progress.remaining ?? 0) - 20) < 1e-9)
    }

    @Test func anUnknownLengthHasNoFraction() {
        var meter = ProgressMeter(totalFrames: nil, totalSeconds: 0)
        meter.update(counts: written(10), mediaSeconds: 2, frameSeconds: 0, elapsed: 5)
        #expect(meter.progress.fraction == nil)
        #expect(meter.progress.remaining == nil)
        #expect(meter.progress.rateAverage == 2)
    }
}
