import CFFmpeg
import Network

/// Scales RGB pictures from one size to another (bicubic), again and again without taking memory.
///
/// One call of `scale` at a time; that is what makes it safe to send between stages.
public final class PixelScaler: @unchecked Sendable {
    public let source: (width: Int, height: Int)
    public let target: (width: Int, height: Int)
    private let context: OpaquePointer

    /// - Throws: `MediaError.badSize`
    public init(from source: (width: Int, height: Int), to target: (width: Int, height: Int)) throws {
        guard
            let context = sws_getContext(
                Int32(clamping: source.width), Int32(clamping: source.height), AV_PIX_FMT_RGB24,
                Int32(clamping: target.width), Int32(clamping: target.height), AV_PIX_FMT_RGB24,
                accurateScaling, nil, nil, nil)
        else { throw MediaError.badSize(width: target.width, height: target.height) }
        self.context = context
        self.source = source
        self.target = target
    }

    deinit { sws_freeContext(context) }

    /// `input` of the source size becomes `output` of the target size.
    public func scale(_ input: PixelBuffer, into output: PixelBuffer) {
        precondition(input.width == source.width && input.height == source.height, "input is of another size")
        precondition(output.width == target.width && output.height == target.height, "output is of another size")
        var from: (UnsafePointer<UInt8>?, UnsafePointer<UInt8>?, UnsafePointer<UInt8>?, UnsafePointer<UInt8>?) =
            (UnsafePointer(input.bytes), nil, nil, nil)
        var fromStride: (Int32, Int32, Int32, Int32) = (Int32(input.stride), 0, 0, 0)
        var to: (UnsafeMutablePointer<UInt8>?, UnsafeMutablePointer<UInt8>?, UnsafeMutablePointer<UInt8>?, UnsafeMutablePointer<UInt8>?) =
            (output.bytes, nil, nil, nil)
        var toStride: (Int32, Int32, Int32, Int32) = (Int32(output.stride), 0, 0, 0)
        withUnsafePointer(to: &from.0) { from in
            withUnsafePointer(to: &fromStride.0) { fromStride in
                withUnsafePointer(to: &to.0) { to in
                    withUnsafePointer(to: &toStride.0) { toStride in
                        _ = sws_scale(context, from, fromStride, 0, Int32(source.height), to, toStride)
                    }
                }
            }
        }
    }
}

/// Bicubic, rounded exactly, chroma interpolated at full resolution: what DESIGN's one-level round trip needs.
let accurateScaling = SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT | SWS_FULL_CHR_H_INP
