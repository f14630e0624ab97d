import CFFmpeg

/// What of a picture's colours an output says. What it does not say, players take to be as usual, so it must be so.
struct StatedColor {
    let matrix: Bool
    let range: Bool
    /// The matrix that this codec always has.
    let fixedMatrix: UInt32?

    /// - Parameter color: What there is to state.
    init(_ codec: AVCodecID, in container: Container, of color: ColorTags) {
        let (matrix, range) =
            switch codec {
            // In the stream itself.
            case AV_CODEC_ID_H264, AV_CODEC_ID_HEVC, AV_CODEC_ID_AV1, AV_CODEC_ID_VP9: (true, true)
            case AV_CODEC_ID_MPEG2VIDEO: (true, false)
            // BT.709, BT.601 and BT.2020 are all that it knows.
            case AV_CODEC_ID_PRORES: ([1, 6, 9].contains(color.matrix), false)
            case AV_CODEC_ID_MPEG1VIDEO, AV_CODEC_ID_THEORA, AV_CODEC_ID_VP8, AV_CODEC_ID_DNXHD: (false, false)
            // Decoders know nothing of these but what the container says.
            default: container.statesColor(color, of: codec)
            }
        (self.matrix, self.range) = (matrix, range)
        // JFIF, WebP and VP8 (RFC 6386, 9.2) have no other.
        let always601 = [AV_CODEC_ID_MJPEG, AV_CODEC_ID_WEBP, AV_CODEC_ID_VP8, AV_CODEC_ID_SPEEDHQ].contains(codec)
        fixedMatrix = always601 ? AVCOL_SPC_BT470BG.rawValue : nil
    }

    /// The tags to convert `video` by: its own where the output says so.
    func tags(of video: VideoFormat) -> ColorTags {
        var color = video.color
        if !matrix { color.matrix = AVCOL_SPC_UNSPECIFIED.rawValue }
        if let fixedMatrix { color.matrix = fixedMatrix }
        if !range { color.fullRange = false }
        return color
    }
}
