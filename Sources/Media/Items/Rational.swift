/// A ratio of two integers: a time base in seconds, a rate in 1/s, an aspect.
public struct Rational: Sendable, Hashable {
    public var numerator: Int32
    public var denominator: Int32

    public init(_ numerator: Int32, _ denominator: Int32) {
        self.numerator = numerator
        self.denominator = denominator
    }

    public var value: Double { denominator == 0 ? 0 : Double(numerator) / Double(denominator) }
}
