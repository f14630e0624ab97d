import Glibc

/// What to do for one frame: steps made once, so that running them allocates nothing.
final class Schedule {
    /// Part of a layer, in chunks that any thread may take.
    private struct Step {
        let timing: Int
        let chunks: Int
        let body: (_ chunk: Int, _ worker: Int) -> Void
    }

    private var steps: [Step] = []
    private(set) var timings: [LayerTiming] = []

    /// Starts a layer; the steps that follow are part of it.
    func layer(_ name: String, flops: Double = 0) { timings.append(LayerTiming(name: name, seconds: 0, flops: flops)) }

    func step(_ chunks: Int, _ body: @escaping (_ chunk: Int, _ worker: Int) -> Void) {
        steps.append(Step(timing: timings.count - 1, chunks: chunks, body: body))
    }

    func run(on pool: ThreadPool) {
        for index in timings.indices { timings[index].seconds = 0 }
        var start = Self.now()
        for step in steps {
            pool.run(step.chunks, step.body)
            let end = Self.now()
            timings[step.timing].seconds += end - start
            start = end
        }
    }

    /// Seconds on a clock that only goes forward.
    static func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}
