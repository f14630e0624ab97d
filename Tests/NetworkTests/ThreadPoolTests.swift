import CKernels
import Glibc
import Synchronization
import Testing

@testable import Network

@Suite struct ThreadPoolTests {
    @Test(arguments: [1, 2, 3, 8, 33])
    func runsEveryChunkOnceOnAWorkerOfThePool(threads: Int) {
        let pool = ThreadPool(threads: threads)
        #expect(pool.threads == threads)
        for count in [0, 1, 2, 7, 1000] {
            let visits = Counters(count), workers = Counters(threads)
            pool.run(count) { chunk, worker in
                visits.add(chunk)
                workers.add(worker)
            }
            #expect(visits.values == [Int](repeating: 1, count: count))
            #expect(workers.values.reduce(0, +) == count)
        }
    }

    @Test func noTwoCallsAtOnceShareAWorker() {
        let pool = ThreadPool(threads: 4)
        let busy = Counters(4), clashes = Counters(1)
        for _ in 0..<200 {
            pool.run(16) { _, worker in
                if busy.add(worker) != 0 { clashes.add(0) }
                sched_yield()
                busy.add(worker, -1)
            }
        }
        #expect(clashes.values == [0])
    }

    @Test func callersTakeTurnsAndNestedRunsStayOnTheirWorker() {
        let pool = ThreadPool(threads: 3), callers = ThreadPool(threads: 4)
        let total = Counters(1), strays = Counters(1), workers = Counters(3)
        callers.run(40) { _, _ in
            pool.run(5) { _, worker in
                workers.add(worker)
                usleep(200)  // gives the other workers time to join
                pool.run(3) { _, inner in
                    if inner != worker { strays.add(0) }
                    total.add(0)
                }
            }
        }
        #expect(total.values == [40 * 5 * 3])
        #expect(strays.values == [0])
        #expect(workers.values.dropFirst().contains { $0 > 0 }, "the caller worked alone")
    }

    @Test func workersStayOnTheCPUsOfTheProcess() {
        let allowed = Set(Processors.allowed())
        #expect(!allowed.isEmpty)
        let pool = ThreadPool(threads: allowed.count)
        let masks = Masks(pool.threads)
        while masks.seen < pool.threads {
            pool.run(64) { _, worker in
                masks.record(worker)
                usleep(100)
            }
        }
        let pinned = masks.sets.dropFirst()
        #expect(pinned.allSatisfy { $0.count == 1 && $0.isSubset(of: allowed) })
        #expect(Set(pinned).count == pinned.count)
        #expect(masks.sets[0] == allowed, "the caller is not pinned")
    }

    @Test func aPoolEndsItsThreads() {
        let many = crowd()
        #expect(many >= 160)
        #expect(threadsOfThisProcess() < many - 80)
    }

    /// The threads of this process while twenty pools live.
    private func crowd() -> Int {
        let pools = (0..<20).map { _ in ThreadPool(threads: 9) }
        return withExtendedLifetime(pools) { threadsOfThisProcess() }
    }

    private func threadsOfThisProcess() -> Int { entriesOfFolder("/proc/self/task") }
}

/// The affinity masks of a pool's workers.
private final class Masks: Sendable {
    private let cells: Mutex<[Set<Int32>]>

    init(_ count: Int) { cells = Mutex([Set<Int32>](repeating: [], count: count)) }

    func record(_ worker: Int) {
        let mask = Set(Processors.allowed())
        cells.withLock { $0[worker] = mask }
    }

    var sets: [Set<Int32>] { cells.withLock { $0 } }
    var seen: Int { sets.count { !$0.isEmpty } }
}
