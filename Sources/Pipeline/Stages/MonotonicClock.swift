import Dispatch

/// Seconds on a clock that only goes forward.
enum MonotonicClock {
    static var seconds: Double { Double(DispatchTime.now().uptimeNanoseconds) * 1e-9 }
}
