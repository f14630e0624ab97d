/// The terms of the objective, each with its weight.
public struct Losses: Sendable, Hashable {
    public var content = 0.0
    public var style = 0.0
    public var totalVariation = 0.0
    public var temporal = 0.0
    public var grid = 0.0
    public var edge = 0.0
    public var tone = 0.0
    /// The mean squared difference to what another network paints, in the steps that imitate it.
    public var imitation = 0.0
    /// Of an upscaler: to the pixels of the photo it must make. Of a picture being optimised: what lies beyond 0…255.
    public var pixel = 0.0
    public var total: Double { Self.terms.reduce(0) { $0 + self[keyPath: $1.path] } }

    /// All of them by the names that logs and curves have.
    static let terms: [(name: String, path: WritableKeyPath<Losses, Double> & Sendable)] = [
        ("content", \.content), ("style", \.style), ("tv", \.totalVariation), ("temporal", \.temporal), ("grid", \.grid),
        ("edge", \.edge), ("tone", \.tone), ("imitation", \.imitation), ("pixel", \.pixel),
    ]

    /// Adds `share` times another's terms.
    mutating func add(_ other: Losses, share: Double) {
        for term in Self.terms { self[keyPath: term.path] += other[keyPath: term.path] * share }
    }
}
