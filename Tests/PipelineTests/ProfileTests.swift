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
