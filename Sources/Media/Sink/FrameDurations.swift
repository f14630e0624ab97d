/// How long each frame is shown: until the next one. Encoders do not pass it on, and without it MP4 states a wrong length.
struct FrameDurations {
    /// Ticks of a frame when nothing else is known.
    private let nominal: Int64
    private var byTime: [Int64: Int64] = [:]
    private var last: Int64?

    init(nominal: Int64) { self.nominal = max(1, nominal) }

    /// - Parameter duration: what the source states; 0 when it states nothing.
    mutating func add(time: Int64, duration: Int64) {
        if let last, byTime[last] != nil { byTime[last] = time - last }
        byTime[time] = duration > 0 ? duration : nominal
        last = time
    }

    /// The duration of the frame shown at `time`, once.
    mutating func take(_ time: Int64) -> Int64? { byTime.removeValue(forKey: time) }
}
