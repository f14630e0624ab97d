import Glibc

/// Random numbers that depend only on a seed and a place, so that any sample of a run can be drawn again (SplitMix64).
struct RandomStream: RandomNumberGenerator {
    private var state: UInt64

    /// - Parameter place: What is drawn for, as sample and attempt; streams of different places have nothing in common.
    init(seed: UInt64, place: UInt64...) {
        state = seed
        for value in place { state = next() ^ value &* 0xd6e8_feb8_6659_fd93 }
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }

    mutating func uniform(_ range: ClosedRange<Double>) -> Double {
        range.lowerBound + (range.upperBound - range.lowerBound) * Double(next() >> 11) * 0x1p-53
    }

    /// 0..<count, count at least 1.
    mutating func index(_ count: Int) -> Int { Int(next() % UInt64(count)) }

    /// Mean 0, deviation 1 (Box and Muller).
    mutating func normal() -> Double {
        (-2 * Glibc.log(uniform(0x1p-53...1))).squareRoot() * Glibc.cos(2 * .pi * uniform(0...1))
    }
}
