import Glibc
import Network

/// Random numbers that depend only on a seed and a place, so that any sample of a run can be drawn again.
struct RandomStream: RandomNumberGenerator {
    private var generator: SplitMix64

    /// - Parameter place: What is drawn for, as sample and attempt; streams of different places have nothing in common.
    init(seed: UInt64, place: UInt64...) {
        generator = SplitMix64(state: seed)
        for value in place { generator.state = generator.next() ^ value &* 0xd6e8_feb8_6659_fd93 }
    }

    mutating func next() -> UInt64 { generator.next() }

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
