import CKernels
import Glibc
import Synchronization

/// What the threads of a pool share: one piece of work at a time, and the means to wait for it.
///
/// A worker joins by adding itself to `helping` while the work is open, takes chunks until none is left, and leaves. The
/// caller closes the work when the chunks are gone and waits only for those who joined: a worker whose CPU was taken away
/// before it woke holds nobody up.
///
/// `@unchecked Sendable`: `body` and `count` are written by the caller while nobody helps, before `helping` is opened with
/// release, and read by workers after they joined with acquire.
final class SharedWork: @unchecked Sendable {
    /// `pthread_self()` of the thread inside `run`; 0 when there is none.
    let caller = Atomic<UInt>(0)

    /// The CPU that no worker is pinned to; nil when they are not pinned.
    private let callerCPU: Int32?
    private var body: (Int, Int) -> Void = { _, _ in }
    private var count = 0
    private let next = Atomic<Int>(0)
    /// `closed`, or the number of workers who joined; both when the last ones are still at it.
    private let helping = Atomic<UInt>(SharedWork.closed)
    /// Counts pieces of work, so that a sleeper knows that there is a new one.
    private let generation = Atomic<Int>(0)
    private let stopped = Atomic<Bool>(false)
    private let turn = Lock()
    /// Guards the two conditions.
    private let gate = Lock()
    private let opened = Condition()
    private let left = Condition()

    private static let closed: UInt = 1 << 32
    /// Loads of one word before a thread goes to sleep: some tens of microseconds, what the last chunk of another thread takes.
    /// Sleeping and waking between layers cost a tenth of a live network's frame; longer would burn a core that others need.
    private static let patience = 40_000

    init(callerCPU: Int32?) { self.callerCPU = callerCPU }

    /// Runs one piece of work on the calling thread and up to `helpers` workers.
    func run(_ count: Int, helpers: Int, _ body: @escaping (Int, Int) -> Void) {
        turn.lock()
        caller.store(UInt(pthread_self()), ordering: .relaxed)
        if helpers > 0 && count > 1 {
            if let callerCPU { tmp_thread_move(callerCPU) }
            self.body = body
            self.count = count
            next.store(0, ordering: .relaxed)
            helping.store(0, ordering: .releasing)
            gate.lock()
            generation.add(1, ordering: .releasing)
            gate.unlock()
            opened.broadcast()
            takeChunks(count, worker: 0, body)
            close()
            self.body = { _, _ in }
        } else {
            for chunk in 0..<max(count, 0) { body(chunk, 0) }
        }
        caller.store(0, ordering: .relaxed)
        turn.unlock()
    }

    /// Ends every worker.
    func stop() {
        gate.lock()
        stopped.store(true, ordering: .relaxed)
        gate.unlock()
        opened.broadcast()
    }

    /// Starts the thread of one worker, on one CPU if `cpu` is given; nil when the system refuses.
    func start(worker: Int, cpu: Int32?) -> pthread_t? {
        let start = Unmanaged.passRetained(WorkerStart(work: self, worker: worker, cpu: cpu))
        var thread = pthread_t()
        let result = pthread_create(
            &thread, nil,
            { @Sendable raw in
                guard let raw else { return nil }
                let start = Unmanaged<WorkerStart>.fromOpaque(raw).takeRetainedValue()
                start.prepareThread()
                start.work.serve(worker: start.worker)
                return nil
            }, start.toOpaque())
        if result == 0 { return thread }
        start.release()
        return nil
    }

    /// The life of a worker.
    private func serve(worker: Int) {
        var seen = 0
        while waitForWork(after: &seen) {
            guard join() else { continue }
            takeChunks(count, worker: worker, body)
            leave()
        }
    }

    private func takeChunks(_ count: Int, worker: Int, _ body: (Int, Int) -> Void) {
        while true {
            let chunk = next.add(1, ordering: .relaxed).oldValue
            if chunk >= count { return }
            body(chunk, worker)
        }
    }

    /// Waits until there is newer work than `seen`; false at the end of the pool.
    private func waitForWork(after seen: inout Int) -> Bool {
        spin(while: { generation.load(ordering: .relaxed) == seen })
        gate.lock()
        while generation.load(ordering: .relaxed) == seen && !stopped.load(ordering: .relaxed) { opened.wait(gate) }
        seen = generation.load(ordering: .relaxed)
        gate.unlock()
        return !stopped.load(ordering: .relaxed)
    }

    /// Gives `waiting` a short while to become false.
    private func spin(while waiting: () -> Bool) {
        for _ in 0..<Self.patience {
            if !waiting() { return }
        }
    }

    private func join() -> Bool {
        var now = helping.load(ordering: .relaxed)
        while now & Self.closed == 0 {
            let (joined, actual) = helping.weakCompareExchange(
                expected: now, desired: now + 1, successOrdering: .acquiring, failureOrdering: .relaxed)
            if joined { return true }
            now = actual
        }
        return false
    }

    private func leave() {
        guard helping.subtract(1, ordering: .acquiringAndReleasing).newValue == Self.closed else { return }
        gate.lock()
        gate.unlock()
        left.broadcast()
    }

    /// Lets nobody join any more and waits for those who did.
    private func close() {
        if helping.bitwiseOr(Self.closed, ordering: .acquiringAndReleasing).oldValue == 0 { return }
        spin(while: { helping.load(ordering: .relaxed) != Self.closed })
        gate.lock()
        while helping.load(ordering: .acquiring) != Self.closed { left.wait(gate) }
        gate.unlock()
    }
}

/// What a new thread is told.
private final class WorkerStart: Sendable {
    let work: SharedWork
    let worker: Int
    let cpu: Int32?

    init(work: SharedWork, worker: Int, cpu: Int32?) {
        self.work = work
        self.worker = worker
        self.cpu = cpu
    }

    /// Names and pins the calling thread, and leaves signals to the program's own threads.
    func prepareThread() {
        var all = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_SETMASK, &all, nil)
        tmp_thread_name("tempera-\(worker)")
        if let cpu { _ = tmp_thread_pin(cpu) }
    }
}
