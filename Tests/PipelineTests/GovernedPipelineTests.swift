import Network
import Synchronization
import Testing

@testable import Media
@testable import Pipeline

@Suite struct GovernedPipelineTests {
    @Test func aDoubledRateShowsEveryFrameTwice() throws {
        let sink = FakeSink()
        var options = VideoPipeline.Options()
        options.governor = Governor(rate: 60)
        let summary = try VideoPipeline(
            source: FakeSource(frames: 10, packetsPerFrame: 1), painters: [FakePainter()], sink: sink, options: options
        ).run()
        #expect(sink.log.frames == Array(0..<20))
        #expect(sink.log.values == (100..<110 as Range<UInt8>).flatMap { [$0, $0] })
        #expect(sink.log.order.filter { $0 == "p" }.count == 10)
        #expect(summary.counts.repeated == 10 && summary.counts.isConserved)
    }

    @Test func aHalvedRatePaintsEveryOtherFrame() throws {
        let sink = FakeSink()
        let painted = Mutex(0)
        var options = VideoPipeline.Options()
        options.governor = Governor(rate: 15)
        let summary = try VideoPipeline(
            source: FakeSource(frames: 10), painters: [FakePainter { _ in painted.withLock { $0 += 1 } }], sink: sink,
            options: options
        ).run()
        #expect(sink.log.values == [100, 102, 104, 106, 108])
        #expect(painted.withLock { $0 } == 5)
        #expect(summary.counts.dropped == 5 && summary.counts.isConserved)
    }

    /// Every look at the clock finds it later by a quarter of an interval, so some frames come too late.
    private func hurried(_ policy: LatePolicy) throws -> (PipelineSummary, FakeSink.Log) {
        let sink = FakeSink()
        let time = Mutex(0.0)
        var deadlines = Governor.Deadlines(ladder: Ladder(width: 1280, height: 720), interval: 1 / 30)
        deadlines.latePolicy = policy
        deadlines.preference = .quality
        var options = VideoPipeline.Options()
        options.governor = Governor(pacing: .deadlines(deadlines))
        options.framesInFlight = 2
        options.clock = {
            time.withLock { time in
                time += 0.25 / 30
                return time
            }
        }
        // Painting takes four intervals.
        let painter = FakePainter { _ in time.withLock { $0 += 4.0 / 30 } }
        let summary = try VideoPipeline(
            source: FakeSource(frames: 300), painters: [painter], sink: sink, options: options
        ).run()
        return (summary, sink.log)
    }

    @Test func lateFramesRepeatTheLastPaintedOne() throws {
        let (summary, log) = try hurried(.repeat)
        #expect(log.frames == Array(0..<300))
        #expect(summary.counts.isConserved && summary.counts.repeated > 0)
        #expect(summary.paintedOnRung.reduce(0, +) + summary.counts.repeated == 300)
        // A frame shows itself, or what the one before showed.
        for (index, value) in log.values.enumerated() {
            let itself = UInt8(truncatingIfNeeded: 100 + index)
            if value != itself { #expect(value == log.values[max(0, index - 1)]) }
        }
    }

    @Test func lateFramesAreLeftOut() throws {
        let (summary, log) = try hurried(.drop)
        #expect(summary.counts.isConserved && summary.counts.dropped > 0 && summary.counts.repeated == 0)
        #expect(log.frames.count == 300 - summary.counts.dropped)
        #expect(log.frames == log.frames.sorted())
    }

    @Test func aPacedRunWaitsForTheClock() throws {
        // The clock moves only when it is looked at, so every frame is due only after it was waited for.
        let time = Mutex(0.0)
        let waits = Mutex(0)
        var options = VideoPipeline.Options()
        options.isPaced = true
        options.governor = Governor(
            pacing: .deadlines(Governor.Deadlines(ladder: Ladder(width: 4, height: 4), interval: 1 / 30)))
        options.clock = {
            time.withLock { time in
                time += 0.001
                waits.withLock { $0 += 1 }
                return time
            }
        }
        let sink = FakeSink()
        let summary = try VideoPipeline(
            source: FakeSource(frames: 5), painters: [FakePainter()], sink: sink, options: options
        ).run()
        #expect(sink.log.frames.count == 5)
        #expect(summary.counts.isConserved)
        // The last of five frames is due four intervals after the first.
        #expect(time.withLock { $0 } >= 4.0 / 30)
    }

    @Test(.timeLimit(.minutes(4))) func cancellingWakesAPacedRun() throws {
        let cancellation = Cancellation()
        var options = VideoPipeline.Options()
        options.isPaced = true
        options.governor = Governor(
            pacing: .deadlines(Governor.Deadlines(ladder: Ladder(width: 4, height: 4), interval: 1 / 30)))
        options.clock = { 0 }  // nothing but the first frame is due for a quarter of an hour
        let sink = FakeSink { _ in cancellation.request() }
        let summary = try VideoPipeline(
            source: FakeSource(frames: 5, timeBase: Rational(1000, 1)), painters: [FakePainter()], sink: sink, options: options
        ).run(cancellation: cancellation)
        #expect(summary.wasStopped && summary.counts.isConserved)
        #expect(sink.log.frames == [0])
    }

    @Test func theProfilerSeesEveryFrameInEveryStage() throws {
        var options = VideoPipeline.Options()
        let profiler = Profiler()
        options.profiler = profiler
        let summary = try VideoPipeline(
            source: FakeSource(frames: 40, packetsPerFrame: 1), painters: [FakePainter(), FakePainter()], sink: FakeSink(),
            options: options
        ).run()
        let profile = profiler.profile(summary, ladder: Ladder(width: 4, height: 4), seconds: 2, mediaSeconds: 1)
        #expect(profile.stages.map(\.frames) == [40, 40, 40])
        #expect(profile.stages.map(\.workers) == [1, 2, 1])
        #expect(profile.framesPerSecond == 20 && profile.realTimeFactor == 0.5)
        for stage in profile.stages {
            let ascending = [stage.p50Ms, stage.p95Ms, stage.p99Ms, stage.maxMs]
            #expect(ascending == ascending.sorted())
        }
        #expect(profile.governor.received == 40 && profile.governor.written == 40)
    }
}
