import Network

/// Scales RGB pictures from one size to another (bicubic), again and again without taking memory.
///
/// One call of `scale` at a time.
public final class PixelScaler: Sendable {
    public let source: (width: Int, height: Int)
    public let target: (width: Int, height: Int)
    private let swscale: Swscale

    /// - Throws: `MediaError.badSize`
    public init(from source: (width: Int, height: Int), to target: (width: Int, height: Int)) throws(MediaError) {
        self.source = source
        self.target = target
        swscale = try Swscale(
            from: .rgb(width: source.width, height: source.height), to: .rgb(width: target.width, height: target.height)
        )
    }

    /// `input` of the source size becomes `output` of the target size.
    public func scale(_ input: PixelBuffer, into output: PixelBuffer) {
        precondition(input.width == source.width && input.height == source.height, "input is of another size")
        precondition(output.width == target.width && output.height == target.height, "output is of another size")
        swscale.run(from: input.bytes, stride: input.stride, to: output.bytes, stride: output.stride)
    }
}
