/// Makes the presentation times of frames strictly increasing, in ticks of one time base.
struct FrameClock {
    /// Ticks a frame lasts when nothing else is known; at least 1.
    let nominal: Int64
    private(set) var last: Int64?
    /// Whether any time had to be made up.
    private(set) var repaired = false

    init(nominal: Int64) { self.nominal = max(1, nominal) }

    /// The time to use for a frame that claims `stated`. A time that does not advance moves just past the last one, so
    /// that the frames after it keep theirs and stay in step with the sound.
    mutating func stamp(_ stated: Int64?) -> Int64 {
        var time = stated ?? last.map { $0 + nominal } ?? 0
        if let last, time <= last {
            time = last + 1
            repaired = true
        }
        if stated == nil { repaired = true }
        last = time
        return time
    }
}
