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
        var start = MonotonicClock.seconds
        for step in steps {
            pool.run(step.chunks, step.body)
            let end = MonotonicClock.seconds
            timings[step.timing].seconds += end - start
            start = end
        }
    }
}
