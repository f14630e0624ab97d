import Dispatch
import Glibc
import Network
import Synchronization
import Testing

@testable import Media
@testable import Pipeline

@Suite struct VideoPipelineTests {
    @Test(arguments: [1, 2, 3])
    func itemsKeepTheirOrder(painters: Int) throws {
        // The painters take turns at being late: frame n waits until n + 1 has been painted where two can work at once.
        let turns = (0..<200).map { _ in Gate() }
        let sink = FakeSink()
        let pipeline = VideoPipeline(
            source: FakeSource(frames: 200, packetsPerFrame: 2),
            painters: (0..<painters).map { _ in
                FakePainter { n in
                    if painters > 1, n % 2 == 0, n < 199 { turns[n + 1].pass() }
                    turns[n].open()
                }
            }, sink: sink)
        let summary = try pipeline.run()
        #expect(sink.log.order == (0..<200).flatMap { ["p", "p", "f\($0)"] })
        #expect(sink.log.values == (0..<200).map { UInt8(truncatingIfNeeded: $0 + 100) })
        #expect(sink.log.finished && !sink.log.discarded)
        #expect(summary.counts.received == 200 && summary.counts.written == 200 && summary.counts.isConserved)
        #expect(summary.packetsCopied == 400)
        #expect(!summary.wasStopped)
    }

    @Test func aSlowSinkHoldsUpTheSource() throws {
        let sink = FakeSink()
        let most = Maximum()
        let source = FakeSource(frames: 300) { n in most.see(n - sink.log.frames.count) }
        var options = VideoPipeline.Options()
        options.framesInFlight = 5
        _ = try VideoPipeline(source: source, painters: [FakePainter()], sink: sink, options: options).run()
        // Five, and the one that the source has just read.
        #expect(most.value <= 5 + 1)
        #expect(sink.log.frames.count == 300)
    }

    @Test func aClosedSinkStopsTheSourceAtTheLimit() throws {
        let gate = Gate()
        let (reached, passed) = (Gate(), Gate())
        let source = FakeSource(frames: 100) { n in
            if n == 5 { reached.open() }
            if n == 6 { passed.open() }
        }
        let sink = FakeSink { _ in gate.pass() }
        let done = DispatchGroup()
        DispatchQueue(label: "run").async(group: done) {
            _ = try? VideoPipeline(source: source, painters: [FakePainter()], sink: sink).run()
        }
        reached.pass()
        #expect(!passed.opens(within: 0.1))
        #expect(source.framesRead <= 6)
        gate.open()
        done.wait()
        #expect(source.framesRead == 100)
    }

    /// A camera that is unplugged: what it gave until then is kept, unless nothing less than all is wanted.
    @Test func aSourceThatBreaksOffLosesNothingBefore() throws {
        let broken = MediaError.brokeOff("camera", why: "No such device")
        for keeps in [true, false] {
            let sink = FakeSink()
            var options = VideoPipeline.Options()
            options.keepsStopped = keeps
            let source = FakeSource(frames: 50, failAt: 20, failure: broken)
            let pipeline = VideoPipeline(source: source, painters: [FakePainter()], sink: sink, options: options)
            #expect(throws: broken) { try pipeline.run() }
            #expect(sink.log.finished == keeps && sink.log.discarded != keeps)
            #expect(sink.log.frames == (0..<20).map(Int64.init))
        }
    }

    @Test func theErrorOfTheSourceIsTheOneSeen() {
        let sink = FakeSink()
        let pipeline = VideoPipeline(source: FakeSource(frames: 50, failAt: 20), painters: [FakePainter()], sink: sink)
        #expect(throws: FakeError(text: "source")) { try pipeline.run() }
        #expect(sink.log.discarded && !sink.log.finished)
    }

    @Test(arguments: [1, 2])
    func theErrorOfAPainterIsTheOneSeen(painters: Int) {
        let sink = FakeSink()
        let pipeline = VideoPipeline(
            source: FakeSource(frames: 50, packetsPerFrame: 3),
            painters: (0..<painters).map { _ in FakePainter { if $0 == 7 { throw FakeError(text: "painter") } } }, sink: sink)
        #expect(throws: FakeError(text: "painter")) { try pipeline.run() }
        #expect(sink.log.discarded && !sink.log.finished)
        #expect(sink.log.frames.allSatisfy { $0 < 7 })
    }

    @Test func theErrorOfTheSinkIsTheOneSeen() {
        let sink = FakeSink(failAt: 3)
        let source = FakeSource(frames: 1000)
        let pipeline = VideoPipeline(source: source, painters: [FakePainter()], sink: sink)
        #expect(throws: FakeError(text: "sink")) { try pipeline.run() }
        #expect(sink.log.discarded && !sink.log.finished)
        #expect(sink.log.frames == [0, 1, 2])
        #expect(source.framesRead < 20)
    }

    @Test func theFirstErrorIsTheOneSeen() {
        // The painter fails only after the failure of the sink has reached the source.
        let source = FakeSource(frames: 5)
        let painter = FakePainter { n in
            guard n == 1 else { return }
            source.waitForInterrupt()
            throw FakeError(text: "painter")
        }
        let pipeline = VideoPipeline(source: source, painters: [painter], sink: FakeSink(failAt: 0))
        #expect(throws: FakeError(text: "sink")) { try pipeline.run() }
    }

    @Test func cancellingFinishesTheFrameAndTheFile() throws {
        let cancellation = Cancellation()
        let sink = FakeSink()
        let painter = FakePainter { if $0 == 10 { cancellation.request() } }
        let source = FakeSource(frames: 1000, packetsPerFrame: 1)
        let summary = try VideoPipeline(source: source, painters: [painter], sink: sink).run(cancellation: cancellation)
        #expect(summary.wasStopped)
        #expect(sink.log.frames == Array(0...10))
        #expect(sink.log.finished && !sink.log.discarded)
        #expect(summary.counts.isConserved && summary.counts.written == 11)
        #expect(source.framesRead < 20)
    }

    /// From any stage, at any frame, with one to three painters and stages that dawdle: what is written is the beginning
    /// of the clip, whole, and every frame is accounted for.
    @Test(.timeLimit(.minutes(4)), arguments: 0..<200 as Range<UInt64>)
    func cancellingAtAnyMomentLeavesAWholeBeginning(seed: UInt64) throws {
        var random = SplitMix64(state: seed)
        let (stage, moment) = (Int.random(in: 0..<3, using: &random), Int.random(in: 0..<40, using: &random))
        let painters = Int.random(in: 1...3, using: &random)
        let delays = (0..<3).map { _ in UInt32.random(in: 0...200, using: &random) }
        let cancellation = Cancellation()
        @Sendable func visit(_ here: Int, _ frame: Int) {
            usleep(delays[here] &* UInt32(truncatingIfNeeded: frame &* 7 % 3))
            if here == stage && frame == moment { cancellation.request() }
        }
        let sink = FakeSink { visit(2, $0) }
        let source = FakeSource(frames: 1000, packetsPerFrame: 1) { visit(0, $0) }
        let summary = try VideoPipeline(
            source: source, painters: (0..<painters).map { _ in FakePainter { visit(1, $0) } }, sink: sink
        ).run(cancellation: cancellation)
        #expect(summary.wasStopped && summary.counts.isConserved)
        #expect(sink.log.frames == (0..<Int64(sink.log.frames.count)).map { $0 })
        #expect(summary.counts.written == sink.log.frames.count)
        // What the painter had begun, or the sink, is finished; of what the source had only read nothing is promised.
        if stage > 0 { #expect(sink.log.frames.count > moment) }
        #expect(source.framesRead <= moment + 2 * 5 + 1)
        #expect(sink.log.finished == !sink.log.frames.isEmpty && sink.log.discarded == sink.log.frames.isEmpty)
    }

    @Test func cancellingBeforeTheFirstFrameLeavesNothing() throws {
        let cancellation = Cancellation()
        cancellation.request()
        let sink = FakeSink()
        let summary = try VideoPipeline(source: FakeSource(frames: 10), painters: [FakePainter()], sink: sink)
            .run(cancellation: cancellation)
        #expect(summary.wasStopped)
        #expect(summary.counts.written == 0)
        #expect(sink.log.discarded && !sink.log.finished)
    }

    @Test func cancellingDoesNotWaitForASilentSource() throws {
        let cancellation = Cancellation()
        let sink = FakeSink { n in if n == 4 { cancellation.request() } }
        let source = FakeSource(frames: 100, silentFrom: 5)
        let summary = try VideoPipeline(source: source, painters: [FakePainter()], sink: sink).run(cancellation: cancellation)
        #expect(summary.wasStopped)
        #expect(sink.log.frames == [0, 1, 2, 3, 4])
        #expect(sink.log.finished)
    }

    @Test func aFailureDoesNotWaitForASilentSource() {
        let sink = FakeSink(failAt: 4)
        let pipeline = VideoPipeline(source: FakeSource(frames: 100, silentFrom: 5), painters: [FakePainter()], sink: sink)
        #expect(throws: FakeError(text: "sink")) { try pipeline.run() }
        #expect(sink.log.discarded)
    }

    @Test func anEmptySourceIsFinished() throws {
        let sink = FakeSink()
        let summary = try VideoPipeline(source: FakeSource(frames: 0), painters: [FakePainter()], sink: sink).run()
        #expect(summary.counts == FrameCounts() && !summary.wasStopped)
        #expect(sink.log.finished)
    }

    @Test func everyWrittenFrameIsReported() throws {
        let seen = Mutex<[Int]>([])
        _ = try VideoPipeline(source: FakeSource(frames: 20), painters: [FakePainter(), FakePainter()], sink: FakeSink())
            .run { frame in seen.withLock { $0.append(frame.counts.written) } }
        #expect(seen.withLock { $0 } == Array(1...20))
    }

    @Test func buffersAreReused() throws {
        final class PooledPainter: FramePainter {
            let pool = PixelPool(width: 4, height: 4)
            func paint(_ frame: VideoFrame, rung: Int) throws -> VideoFrame {
                VideoFrame(pixels: pool.take(), timestamp: frame.timestamp, duration: frame.duration)
            }
        }
        let painter = PooledPainter()
        _ = try VideoPipeline(source: FakeSource(frames: 500), painters: [painter], sink: FakeSink()).run()
        #expect(painter.pool.count <= 6)
    }
}
