import Foundation
import Network
import Testing

@testable import Pipeline

@Suite struct QuantileTests {
    @Test func lieBetweenNeighboursInProportion() {
        let quantiles = Quantiles([4, 1, 3, 2, 5])
        #expect(quantiles.best == 1 && quantiles.worst == 5)
        #expect(quantiles.median == 3 && quantiles.mean == 3)
        #expect(quantiles[0.25] == 2)
        #expect(abs(quantiles[0.9] - 4.6) < 1e-12)
        #expect(quantiles[2] == 5 && quantiles[-1] == 1)
    }

    @Test func areZeroWithoutValues() {
        #expect(Quantiles([]).median == 0)
        #expect(Quantiles([]).mean == 0)
        #expect(Quantiles([7])[0.99] == 7)
    }
}

@Suite struct MachineFactsTests {
    @Test func readWhatTheKernelTells() {
        let facts = MachineFacts(
            cpuinfo: """
                processor\t: 0
                model name\t: Example CPU @ 3.0GHz: special
                flags\t\t: fpu sse2 fma avx2 avx512f avx512bw avx512dq avx512vl amx_bf16
                """, cores: 2, memory: 24_000_000_000)
        #expect(facts.line == "Example CPU @ 3.0GHz: special, avx2 avx512 amx_bf16, 2 cores, 24.0 GB")
    }

    @Test func knowNothingOfAnEmptyFile() {
        let facts = MachineFacts(cpuinfo: "", cores: 1, memory: 0)
        #expect(facts.line == "unknown processor, no vector extensions, 1 core, 0.0 GB")
    }

    @Test func thisMachineHasCoresAndMemory() {
        #expect(MachineFacts.current.cores >= 1 && MachineFacts.current.memory > 0)
        #expect(MachineFacts.peakMemory > 1_000_000)
    }
}

@Suite struct HistogramTests {
    @Test func quantilesAreRightToWithinABucket() {
        var histogram = Histogram()
        for i in 1...10_000 { histogram.add(Double(i) / 1000) }
        #expect(histogram.count == 10_000 && histogram.longest == 10)
        #expect(abs(histogram.mean - 5.0005) < 1e-9)
        for q in [0.01, 0.5, 0.95, 0.99] { #expect(abs(histogram.quantile(q) / (10 * q) - 1) < 0.012) }
        #expect(histogram.quantile(1) <= 10)
    }

    @Test func addingTwoIsCountingAll() {
        var (one, other, all) = (Histogram(), Histogram(), Histogram())
        for i in 1...100 {
            let seconds = Double(i * i) * 1e-5
            if i % 3 == 0 { one.add(seconds) } else { other.add(seconds) }
            all.add(seconds)
        }
        one.add(other)
        #expect(one.count == all.count && one.longest == all.longest)
        #expect(one.quantile(0.7) == all.quantile(0.7))
    }

    @Test func holdsWhateverComes() {
        var histogram = Histogram()
        for seconds in [0, -1, 1e-12, 1e9] { histogram.add(seconds) }
        #expect(histogram.count == 4 && histogram.longest == 1e9)
        #expect(Histogram().quantile(0.5) == 0 && Histogram().mean == 0)
    }
}

@Suite struct LayerTotalsTests {
    @Test func addUpOverFrames() {
        let totals = LayerTotals()
        for i in 1...3 {
            totals.add([
                LayerTiming(name: "a", seconds: Double(i), flops: 10), LayerTiming(name: "b", seconds: 0.5, flops: 0),
            ])
        }
        #expect(totals.frames == 3)
        #expect(totals.layers == [
            LayerTotals.Layer(name: "a", seconds: 6, flops: 30), LayerTotals.Layer(name: "b", seconds: 1.5, flops: 0),
        ])
    }
}

@Suite struct ProfilingCostTests {
    /// All that profiling adds to a frame, done alone, for Benchmarks/README.md: no limit, as a machine may be slow. The best of
    /// many short turns, as other programs may have the core.
    @Test(arguments: [false, true]) func everyFrameIsCountedAndItsCostTold(tracing: Bool) throws {
        let path = NSTemporaryDirectory() + "tempera-trace-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let trace = tracing ? try TraceFile(path) : nil
        let profiler = Profiler(trace: trace)
        let stages = [StageRecorder.Stage.decode, .paint(0), .encode].map { profiler.recorder($0) }
        let layers = (0..<16).map { LayerTiming(name: "layer \($0)", seconds: 0.001, flops: 1e9) }
        var best = Double.infinity
        for _ in 0..<50 {
            let start = MonotonicClock.seconds
            for _ in 0..<100 {
                for stage in stages {
                    stage.beginWaiting()
                    stage.endWaitingForInput()
                    stage.begin()
                    stage.end()
                    stage.beginWaiting()
                    stage.endWaitingForRoom()
                }
                profiler.layers.add(layers)
            }
            best = min(best, (MonotonicClock.seconds - start) / 100)
        }
        print("profiling a frame\(tracing ? " with a trace" : ""): \(best * 1e6) microseconds")
        #expect(profiler.layers.frames == 5000)
        #expect(trace?.finish() != false)
    }
}
