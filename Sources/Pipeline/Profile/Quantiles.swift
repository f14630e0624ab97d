/// Measurements kept in full, for when they are few.
public struct Quantiles: Sendable {
    private let sorted: [Double]

    /// At least one value is wanted; without any all quantiles are 0.
    public init(_ values: [Double]) { sorted = values.sorted() }

    public var best: Double { sorted.first ?? 0 }
    public var worst: Double { sorted.last ?? 0 }
    public var median: Double { self[0.5] }
    public var mean: Double { sorted.isEmpty ? 0 : sorted.reduce(0, +) / Double(sorted.count) }

    /// The value below which a part `q` (0…1) of the measurements lies, between two neighbours in proportion.
    public subscript(q: Double) -> Double {
        guard let last = sorted.indices.last else { return 0 }
        let position = min(max(q, 0), 1) * Double(last)
        let below = Int(position)
        let above = min(below + 1, last)
        return sorted[below] + (sorted[above] - sorted[below]) * (position - Double(below))
    }
}
