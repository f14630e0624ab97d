import CKernels

extension Painter {
    /// What this machine's multipliers do when nothing holds them up: operations a second (a multiply-add is two) of the
    /// kernels that run this painter, on registers alone, on all its threads. The yardstick for its speed.
    /// - Returns: nil where OpenBLAS or the reference runs the network.
    public func measurePeak(seconds: Double = 0.1) -> Double? {
        guard case .native(_, let kernels) = plan.planned, let peak = kernels.table.pointee.peak else { return nil }
        let threads = plan.threads
        var rounds = 20_000, best = 0.0
        let perRound = peak(1), end = MonotonicClock.seconds + seconds
        while MonotonicClock.seconds < end {
            let start = MonotonicClock.seconds, count = rounds
            pool.run(threads) { _, _ in _ = peak(count) }
            let elapsed = MonotonicClock.seconds - start
            best = max(best, perRound * Double(count * threads) / elapsed)
            if elapsed < 0.01 { rounds *= 2 }
        }
        return best
    }
}
