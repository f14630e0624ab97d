import Glibc

/// Seconds on a clock that only goes forward.
package enum MonotonicClock {
    package static var seconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }

    /// What `work` takes; where the first time is short, the second, which finds caches and threads awake.
    package static func warm(_ work: () -> Void) -> Double {
        func once() -> Double {
            let start = seconds
            work()
            return seconds - start
        }
        let first = once()
        return first > 0.1 ? first : once()
    }
}
