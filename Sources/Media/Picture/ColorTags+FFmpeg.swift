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
