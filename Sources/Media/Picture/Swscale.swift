import CFFmpeg
import Network

/// Converts pictures of one layout into another: size, format, matrix and range at once, without taking memory.
///
/// One call of `run` at a time, and the context is touched by nothing else; that makes it safe to send.
final class Swscale: @unchecked Sendable {
    let source: PictureLayout
    let target: PictureLayout
    private let context: OpaquePointer
    private let from: UnsafeMutablePointer<UnsafePointer<UInt8>?>
    private let to: UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>
    private let strides: UnsafeMutablePointer<Int32>

    /// - Throws: `MediaError.badSize`, when the size or the format is beyond swscale.
    init(from source: PictureLayout, to target: PictureLayout) throws(MediaError) {
        guard let context = sws_alloc_context() else { throw .badSize(width: target.width, height: target.height) }
        let raw = UnsafeMutableRawPointer(context)
        // Bicubic, rounded exactly, chroma interpolated at full resolution: what a one-level round trip needs.
        let flags = SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT | SWS_FULL_CHR_H_INP
        var settings: [(String, Int)] = [
            ("srcw", source.width), ("srch", source.height), ("src_format", Int(source.format)),
            ("dstw", target.width), ("dsth", target.height), ("dst_format", Int(target.format)),
            ("sws_flags", Int(flags)),
        ]
        for (prefix, layout) in [("src", source), ("dst", target)] {
            let halved = PixelFormat(AVPixelFormat(rawValue: layout.format)).halvesChroma
            guard let position = Self.chromaPosition(layout.chroma) else { continue }
            if halved.horizontally { settings.append(("\(prefix)_h_chr_pos", position.x)) }
            if halved.vertically { settings.append(("\(prefix)_v_chr_pos", position.y)) }
        }
        for (name, value) in settings { av_opt_set_int(raw, name, Int64(value), 0) }
        guard sws_init_context(context, nil, nil) >= 0 else {
            sws_freeContext(context)
            throw .badSize(width: target.width, height: target.height)
        }
        // Between deeper RGB and RGB swscale goes by way of YUV: there and back by the same matrix.
        let isRGB = [source, target].allSatisfy { PixelFormat(AVPixelFormat(rawValue: $0.format)).isRGB }
        let back = isRGB ? source : target
        _ = sws_setColorspaceDetails(
            context, sws_getCoefficients(Int32(source.matrix)), source.fullRange ? 1 : 0,
            sws_getCoefficients(Int32(back.matrix)), back.fullRange ? 1 : 0, 0, 1 << 16, 1 << 16)
        self.context = context
        self.source = source
        self.target = target
        self.from = .allocate(capacity: 4)
        self.from.initialize(repeating: nil, count: 4)
        self.to = .allocate(capacity: 4)
        self.to.initialize(repeating: nil, count: 4)
        strides = .allocate(capacity: 8)
        strides.initialize(repeating: 0, count: 8)
    }

    deinit {
        sws_freeContext(context)
        from.deallocate()
        to.deallocate()
        strides.deallocate()
    }

    /// In 1/256 of a luma sample; nil leaves swscale's own, the centre.
    private static func chromaPosition(_ location: UInt32) -> (x: Int, y: Int)? {
        switch location {
        case AVCHROMA_LOC_CENTER.rawValue: (128, 128)
        case AVCHROMA_LOC_TOPLEFT.rawValue: (0, 0)
        case AVCHROMA_LOC_TOP.rawValue: (128, 0)
        case AVCHROMA_LOC_BOTTOMLEFT.rawValue: (0, 256)
        case AVCHROMA_LOC_BOTTOM.rawValue: (128, 256)
        default: (0, 128)
        }
    }

    /// Packed pixels to packed pixels.
    func run(
        from source: UnsafePointer<UInt8>, stride: Int, to target: UnsafeMutablePointer<UInt8>, stride targetStride: Int
    ) {
        setSource(source, stride: stride)
        setTarget(target, stride: targetStride)
        scale()
    }

    func run(from frame: UnsafePointer<AVFrame>, to target: UnsafeMutablePointer<UInt8>, stride: Int) {
        let data = frame.pointee.data
        let lines = frame.pointee.linesize
        (from[0], from[1], from[2], from[3]) = (
            UnsafePointer(data.0), UnsafePointer(data.1), UnsafePointer(data.2), UnsafePointer(data.3)
        )
        (strides[0], strides[1], strides[2], strides[3]) = (lines.0, lines.1, lines.2, lines.3)
        setTarget(target, stride: stride)
        scale()
    }

    func run(from source: UnsafePointer<UInt8>, stride: Int, to frame: UnsafeMutablePointer<AVFrame>) {
        setSource(source, stride: stride)
        let data = frame.pointee.data
        let lines = frame.pointee.linesize
        (to[0], to[1], to[2], to[3]) = (data.0, data.1, data.2, data.3)
        (strides[4], strides[5], strides[6], strides[7]) = (lines.0, lines.1, lines.2, lines.3)
        scale()
    }

    private func setSource(_ bytes: UnsafePointer<UInt8>, stride: Int) {
        from[0] = bytes
        strides[0] = Int32(stride)
    }

    private func setTarget(_ bytes: UnsafeMutablePointer<UInt8>, stride: Int) {
        to[0] = bytes
        strides[4] = Int32(stride)
    }

    private func scale() { sws_scale(context, from, strides, 0, Int32(source.height), to, strides + 4) }
}
