import Foundation

/// Durations counted in buckets that grow by 1.1 % each, so that memory does not grow with their number: quantiles are
/// right to within that, mean and maximum exact.
struct Histogram: Sendable {
    private static let perOctave = 64.0
    /// The shortest duration that is told apart, in seconds; the longest is 2^32 times as long.
    private static let shortest = 1e-7

    private var buckets = [UInt32](repeating: 0, count: 32 * 64)
    private(set) var count = 0
    private(set) var total = 0.0
    private(set) var longest = 0.0

    mutating func add(_ seconds: Double) {
        let position = log2(max(seconds, Self.shortest) / Self.shortest) * Self.perOctave
        buckets[min(Int(position), buckets.count - 1)] += 1
        count += 1
        total += seconds
        longest = max(longest, seconds)
    }

    mutating func add(_ other: Histogram) {
        for i in buckets.indices { buckets[i] += other.buckets[i] }
        count += other.count
        total += other.total
        longest = max(longest, other.longest)
    }

    var mean: Double { count > 0 ? total / Double(count) : 0 }

    /// The duration that a part `q` (0…1) of all do not exceed.
    func quantile(_ q: Double) -> Double {
        guard let bucket = buckets.bin(reaching: q) else { return longest }
        return min(longest, Self.shortest * exp2((Double(bucket) + 0.5) / Self.perOctave))
    }
}

extension Collection where Element: BinaryInteger {
    /// Of a histogram's counts: the first bin by which a part `share` (0…1) of all of them, and at least one, is counted; nil
    /// when there is none.
    func bin(reaching share: Double) -> Index? {
        let wanted = share * Double(reduce(0) { $0 + Int($1) })
        var counted = 0
        return firstIndex { count in
            counted += Int(count)
            return counted > 0 && Double(counted) >= wanted
        }
    }
}
