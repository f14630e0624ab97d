/// Runs layers whose maps are planes of floats: packed bytes to the first map, the layers' steps, the last map to packed
/// bytes. `init(reference:)` and `init(blas:)` say what the layers' steps are.
final class PlanarExecutor: Executor {
    private let memory: Memory
    private let pool: ThreadPool
    private let frame: PlanarFrame
    private let schedule = Schedule()

    /// - Parameters:
    ///   - maps: In `memory`, where the plan's maps begin.
    ///   - addLayers: Adds the layers of the plan to a schedule.
    init(
        plan: Plan, memory: Memory, maps: UnsafeMutablePointer<Float>, pool: ThreadPool,
        addLayers: (Schedule) -> Void
    ) {
        self.memory = memory
        self.pool = pool
        frame = PlanarFrame(plan: plan, first: maps + plan.maps[0].offset, last: maps + (plan.maps.last?.offset ?? 0))
        schedule.layer("input")
        schedule.step(plan.innerHeight) { [frame] y, _ in frame.load(row: y) }
        addLayers(schedule)
        schedule.layer("output")
        schedule.step(plan.outputHeight) { [frame] y, _ in frame.store(row: y) }
    }

    var bytes: Int { memory.bytes }
    var layerTimings: [LayerTiming] { schedule.timings }

    func paint(_ input: PixelBuffer, into output: PixelBuffer) { frame.paint(input, into: output, schedule, pool) }

    func paint(_ input: PixelBuffer, into values: UnsafeMutablePointer<Float>) {
        frame.paint(input, into: values, schedule, pool)
    }
}
