import CFFmpeg

/// What a pixel format is like.
struct PixelFormat {
    let av: AVPixelFormat
    private let flags: UInt64
    private let components: UInt8

    init(_ format: AVPixelFormat) {
        av = format
        let descriptor = av_pix_fmt_desc_get(format)
        flags = descriptor?.pointee.flags ?? 0
        components = descriptor?.pointee.nb_components ?? 0
    }

    var name: String { av_get_pix_fmt_name(av).map { String(cString: $0) } ?? "?" }
    var isRGB: Bool { flags & UInt64(AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL) != 0 }
    var hasAlpha: Bool { flags & UInt64(AV_PIX_FMT_FLAG_ALPHA) != 0 }
    var isGrey: Bool { !isRGB && components - (hasAlpha ? 1 : 0) == 1 }

    /// The formats whose name says full range, whatever the tag says.
    private var isJPEG: Bool {
        [AV_PIX_FMT_YUVJ420P, AV_PIX_FMT_YUVJ422P, AV_PIX_FMT_YUVJ444P, AV_PIX_FMT_YUVJ440P, AV_PIX_FMT_YUVJ411P]
            .contains(av)
    }

    /// Untagged grey is full range, as FFmpeg's own converter has it; untagged YUV is not.
    func isFullRange(tagged range: AVColorRange) -> Bool {
        isRGB || isJPEG || range == AVCOL_RANGE_JPEG || (isGrey && range != AVCOL_RANGE_MPEG)
    }

    /// Sides of which both must be even for whole chroma samples.
    var halvesChroma: (horizontally: Bool, vertically: Bool) {
        guard let descriptor = av_pix_fmt_desc_get(av) else { return (false, false) }
        return (descriptor.pointee.log2_chroma_w > 0, descriptor.pointee.log2_chroma_h > 0)
    }
}
