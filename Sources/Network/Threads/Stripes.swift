/// The rows of a picture in stripes of equal height, but for the last: chunks for a `ThreadPool`.
///
/// ```swift
/// let stripes = Stripes(of: picture.height, rows: 16)
/// pool.run(stripes.count) { stripe, _ in paint(stripes[stripe]) }
/// ```
public struct Stripes: Sendable {
    public let count: Int
    private let height: Int
    private let rows: Int

    /// - Parameter rows: Of one stripe, at least 1.
    public init(of height: Int, rows: Int) {
        self.height = height
        self.rows = rows
        count = (height + rows - 1) / rows
    }

    /// The rows of stripe number `stripe`, in `0..<count`.
    public subscript(stripe: Int) -> Range<Int> { stripe * rows..<min((stripe + 1) * rows, height) }
}
