import Dispatch

/// Seconds on a clock that only goes forward.
enum MonotonicClock {
    static var seconds: Double { Double(DispatchTime.now().uptimeNanoseconds) * 1e-9 }

    /// What `work` takes; where the first time is short, the second, which finds caches and threads awake.
    static func warm(_ work: () -> Void) -> Double {
        func once() -> Double {
            let start = seconds
            work()
            return seconds - start
        }
        let first = once()
        return first > 0.1 ? first : once()
    }
}
