import Glibc

/// Threads that share the work of one frame: pinned workers, blocking waits, an atomic chunk counter.
///
/// ```swift
/// let pool = ThreadPool()
/// pool.run(bands) { band, worker in
///     convolve(rows(of: band), scratch: scratch[worker])
/// }
/// ```
///
/// `run` itself never allocates. A closure literal that captures several values does, once, where it is written: a caller
/// that may not allocate a frame makes its closures when it plans and hands the same ones in every time.
///
/// When the pool has a thread for every CPU of the process, each worker stays on a CPU of its own, because the kernel
/// otherwise stacks woken threads on one core. The caller is moved to the CPU that is left when a run begins but not kept
/// there: two threads on one CPU are as slow as one, and a caller that may not leave a CPU which others take is slower
/// still. A smaller pool is not pinned, so that two small pools do not meet on the first CPUs.
public final class ThreadPool: Sendable {
    /// Workers including the caller.
    public let threads: Int

    private let shared: SharedWork
    /// The threads beside the caller; worker `i + 1` is `workers[i]`.
    private let workers: [pthread_t]

    /// As many as are ever begun: each has scratch memory of its own.
    private static let most = 1024

    /// - Parameter threads: Workers including the caller, 1 to 1024, and the nearest of these for other numbers; nil for one a
    ///   CPU that this process may use. When the system refuses a thread, the pool makes do with those it got.
    public init(threads: Int? = nil) {
        let cpus = Processors.allowed()
        let wanted = min(max(1, threads ?? Processors.count), Self.most)
        let pins = wanted >= cpus.count && cpus.count > 1
        let shared = SharedWork(callerCPU: pins ? cpus[0] : nil)
        var workers: [pthread_t] = []
        for index in stride(from: 1, to: wanted, by: 1) {
            let cpu = pins ? cpus[index % cpus.count] : nil
            guard let thread = shared.start(worker: index, cpu: cpu) else { break }
            workers.append(thread)
        }
        self.shared = shared
        self.workers = workers
        self.threads = workers.count + 1
    }

    deinit {
        shared.stop()
        for thread in workers { pthread_join(thread, nil) }
    }

    /// Runs `body(chunk, worker)` for every chunk in `0..<count` and returns when all are done.
    ///
    /// `worker` is in `0..<threads`; no two calls that overlap in time get the same one, so it may index scratch memory.
    /// Callers on several threads take turns. A `run` inside `body` runs its chunks in place, as the same worker.
    public func run(_ count: Int, _ body: @escaping (_ chunk: Int, _ worker: Int) -> Void) {
        if let worker = currentWorker {
            for chunk in 0..<max(count, 0) { body(chunk, worker) }
            return
        }
        shared.run(count, helpers: workers.count, body)
    }

    /// The number of the calling thread while it works for this pool.
    private var currentWorker: Int? {
        let me = pthread_self()
        if shared.caller.load(ordering: .relaxed) == UInt(me) { return 0 }
        return workers.firstIndex { pthread_equal($0, me) != 0 }.map { $0 + 1 }
    }
}
