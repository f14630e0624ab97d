import AllocationCounter
import Glibc
import Testing

@testable import Network

/// Frames and pieces of work cost no heap allocation once a painter has run. The committed number is 0.
/// One test at a time: the counter is one for all threads.
@Suite(.serialized, .enabled(if: isOptimised, "only optimised code allocates nothing: Tests/run.sh"))
struct AllocationTests {
    @Test func theCounterCounts() {
        let counted = allocations(of: ThreadPool(threads: 2)) { blackHole = [Int](repeating: $0, count: 100) }
        #expect(counted == -1 || counted >= 20)
    }

    @Test func aRunOfThePoolAllocatesNothing() {
        let pool = ThreadPool(threads: 3)
        let body: (Int, Int) -> Void = { _, _ in }
        let counted = allocations(of: pool) { _ in pool.run(50, body) }
        #expect(counted <= 0)
    }

    @Test(arguments: [Engine.reference, .blas, .auto])
    func aFrameAllocatesNothing(engine: Engine) throws {
        let pool = ThreadPool(threads: 2)
        let architecture = engine == .auto ? Architecture.johnson(name: "johnson-16", width: 16) : tinyArchitecture
        // On AVX-512, OpenBLAS allocates for products below a million multiplications: only tiny pictures have such.
        let (width, height) = engine == .blas ? (320, 180) : (50, 34)
        let painter = try Painter(
            model: .random(architecture), width: width, height: height, options: PainterOptions(engine: engine),
            pool: pool)
        let input = PixelBuffer.random(width: width, height: height), output = PixelBuffer(width: width, height: height)
        let counted = allocations(of: pool) { _ in painter.paint(input, into: output) }
        #expect(counted <= 0)
    }

    /// The allocations of twenty calls of `work` on the calling thread and the workers of `pool`, after a first call.
    private func allocations(of pool: ThreadPool, _ work: (Int) -> Void) -> Int {
        work(0)
        watch(pool, true)
        let before = allocation_counter_total()
        for i in 1...20 { work(i) }
        let after = allocation_counter_total()
        watch(pool, false)
        return before < 0 ? -1 : after - before
    }

    private func watch(_ pool: ThreadPool, _ watch: Bool) {
        let reached = Counters(pool.threads)
        while reached.values.contains(0) {
            pool.run(pool.threads * 8) { _, worker in
                allocation_counter_watch_this_thread(watch)
                reached.add(worker)
                usleep(100)
            }
        }
        allocation_counter_watch_this_thread(watch)
    }
}

nonisolated(unsafe) private var blackHole: [Int] = []

#if DEBUG
    private let isOptimised = false
#else
    private let isOptimised = true
#endif
