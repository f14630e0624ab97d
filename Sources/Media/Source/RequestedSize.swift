/// A size asked for: either side may be -1, which keeps the aspect.
public struct RequestedSize: Sendable, Hashable {
    public var width: Int
    public var height: Int

    public init(width: Int, height: Int) {
        self.width = width
        self.height = height
    }

    /// The size meant when the picture is `size`; a side left open becomes even, so that 4:2:0 can hold it.
    /// - Throws: `MediaError.badSize`.
    public func resolved(from size: (width: Int, height: Int)) throws(MediaError) -> (width: Int, height: Int) {
        func even(_ value: Double) -> Int { max(2, Int((min(value, 1e6) / 2).rounded()) * 2) }
        let result: (width: Int, height: Int)
        switch (width, height) {
        case (-1, -1): result = size
        case (-1, 1...): result = (even(Double(size.width) * Double(height) / Double(size.height)), height)
        case (1..., -1): result = (width, even(Double(size.height) * Double(width) / Double(size.width)))
        default: result = (width, height)
        }
        guard result.width > 0, result.height > 0, result.width <= 65536, result.height <= 65536,
            result.width * result.height <= largestPicture
        else { throw .badSize(width: result.width, height: result.height) }
        return result
    }
}
