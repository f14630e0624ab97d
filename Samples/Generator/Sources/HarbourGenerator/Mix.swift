import Glibc

/// A stereo recording being made: two channels of samples, nominally within -1...1.
struct Mix {
    static let rate: Float = 48_000
    var left: [Float]
    var right: [Float]

    init(seconds: Double) {
        left = [Float](repeating: 0, count: Int(seconds * Double(Self.rate)))
        right = left
    }

    /// Adds `sound(seconds since start)` from `start` for `length` seconds. `pan` runs from -1 (left) to 1 (right).
    mutating func add(from start: Double, length: Double, gain: Double, pan: Double, _ sound: (Double) -> Double) {
        let first = Int(start * Double(Self.rate))
        let angle = (pan + 1) * Double.pi / 4
        let toLeft = gain * cos(angle), toRight = gain * sin(angle)
        for index in max(first, 0)..<min(first + Int(length * Double(Self.rate)), left.count) {
            let value = sound(Double(index - first) / Double(Self.rate))
            left[index] += Float(value * toLeft)
            right[index] += Float(value * toRight)
        }
    }

    /// A hall: each channel through combs of its own, added at `wet` times the level.
    mutating func addHall(wet: Float) {
        left = Self.hall(left, delays: [1_433, 1_877, 2_311, 2_741], wet: wet)
        right = Self.hall(right, delays: [1_499, 1_801, 2_377, 2_683], wet: wet)
    }

    private static func hall(_ dry: [Float], delays: [Int], wet: Float) -> [Float] {
        var out = dry
        for delay in delays {
            var line = [Float](repeating: 0, count: delay)
            var damped: Float = 0
            for index in dry.indices {
                let slot = index % delay
                let echo = line[slot]
                // High notes die first, as in air.
                damped += (echo - damped) * 0.4
                line[slot] = dry[index] + damped * 0.78
                out[index] += echo * wet / Float(delays.count)
            }
        }
        return out
    }

    /// 16-bit PCM in a WAV container, the loudest sample at `peak`, faded in and out over `fade` seconds.
    func wav(peak: Float, fade: Float) -> [UInt8] {
        let loudest = zip(left, right).reduce(Float(1e-9)) { max($0, max(abs($1.0), abs($1.1))) }
        let ramp = fade * Self.rate
        var bytes: [UInt8] = []
        let size = UInt32(left.count * 4)
        bytes += Array("RIFF".utf8) + Self.little(36 + size) + Array("WAVEfmt ".utf8) + Self.little(16 as UInt32)
        bytes += Self.little(1 as UInt16) + Self.little(2 as UInt16) + Self.little(UInt32(Self.rate))
        bytes += Self.little(UInt32(Self.rate) * 4) + Self.little(4 as UInt16) + Self.little(16 as UInt16)
        bytes += Array("data".utf8) + Self.little(size)
        for index in left.indices {
            let edge = clamp(min(Float(index), Float(left.count - 1 - index)) / ramp)
            let gain = edge * edge * (3 - 2 * edge) * peak / loudest * 32_767
            bytes += Self.little(UInt16(bitPattern: Int16(left[index] * gain)))
            bytes += Self.little(UInt16(bitPattern: Int16(right[index] * gain)))
        }
        return bytes
    }

    private static func little<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }
}
