import CFFmpeg

extension Rational {
    init(_ value: AVRational) { self.init(value.num, value.den) }

    var av: AVRational { AVRational(num: numerator, den: denominator) }

    /// Nil for FFmpeg's ways to say "unknown".
    init?(known value: AVRational) {
        guard value.num > 0, value.den > 0 else { return nil }
        self.init(value)
    }

    /// Seconds to ticks of this time base, to the nearest.
    func ticks(_ seconds: Double) -> Int64 {
        let ticks = (seconds * Double(denominator) / Double(max(numerator, 1))).rounded()
        return Int64(exactly: max(-9e18, min(9e18, ticks))) ?? 0
    }

    func seconds(_ ticks: Int64) -> Double { Double(ticks) * value }
}
