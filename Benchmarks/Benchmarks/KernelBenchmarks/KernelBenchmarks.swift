import Benchmark
import Tempera

/// Every kernel family in every instruction set of this machine, one layer an iteration, on one thread.
///
/// Run as `swift package --package-path Benchmarks benchmark --target KernelBenchmarks`; `--filter '.*AVX2.*'` picks some.
let benchmarks: @Sendable () -> Void = {
    Benchmark.defaultConfiguration = .init(
        metrics: [.wallClock], warmupIterations: 1, maxDuration: .seconds(2), maxIterations: 100)

    for workload in KernelWorkload.all() {
        Benchmark(workload.name) { benchmark in
            let run = workload.prepare()
            run()
            benchmark.startMeasurement()
            for _ in benchmark.scaledIterations { run() }
        }
    }
}
