import CFFmpeg

extension ColorTags {
    static let bt709 = ColorTags(
        matrix: AVCOL_SPC_BT709.rawValue, primaries: AVCOL_PRI_BT709.rawValue, transfer: AVCOL_TRC_BT709.rawValue)

    /// The tags of a decoded picture.
    init(_ frame: UnsafePointer<AVFrame>) {
        let format = AVPixelFormat(rawValue: frame.pointee.format)
        self.init(
            matrix: frame.pointee.colorspace.rawValue, primaries: frame.pointee.color_primaries.rawValue,
            transfer: frame.pointee.color_trc.rawValue,
            fullRange: PixelFormat(format).isFullRange(tagged: frame.pointee.color_range))
        if PixelFormat(format).isRGB {
            matrix = AVCOL_SPC_RGB.rawValue
        } else if matrix == AVCOL_SPC_RGB.rawValue {
            matrix = AVCOL_SPC_UNSPECIFIED.rawValue
        }
    }

    /// The matrix to convert with at `height` lines: as tagged, else 601 under 720 lines and 709 from there.
    func effectiveMatrix(height: Int) -> UInt32 {
        switch matrix {
        case AVCOL_SPC_UNSPECIFIED.rawValue, AVCOL_SPC_RGB.rawValue, AVCOL_SPC_RESERVED.rawValue:
            height < 720 ? AVCOL_SPC_SMPTE170M.rawValue : AVCOL_SPC_BT709.rawValue
        default: matrix
        }
    }

    /// What keeps this picture from becoming RGB, in words; nil when nothing does.
    var obstacle: String? {
        let matrices = [
            AVCOL_SPC_RGB, AVCOL_SPC_BT709, AVCOL_SPC_UNSPECIFIED, AVCOL_SPC_RESERVED, AVCOL_SPC_FCC, AVCOL_SPC_BT470BG,
            AVCOL_SPC_SMPTE170M, AVCOL_SPC_SMPTE240M, AVCOL_SPC_BT2020_NCL,
        ]
        if !matrices.contains(where: { $0.rawValue == matrix }) {
            let name = av_color_space_name(AVColorSpace(rawValue: matrix)).map { String(cString: $0) } ?? "\(matrix)"
            return "its colour matrix (\(name)) is not supported"
        }
        return nil
    }
}

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
