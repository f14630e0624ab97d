import CFFmpeg

/// What of a picture's colours an output says. What it does not say, players take to be as usual, so it must be so.
struct StatedColor {
    let matrix: Bool
    let range: Bool
    /// The matrix that this codec always has.
    let fixedMatrix: UInt32?

    init(_ codec: AVCodecID, in container: Container) {
        let (matrix, range) =
            switch codec {
            // In the stream itself.
            case AV_CODEC_ID_H264, AV_CODEC_ID_HEVC, AV_CODEC_ID_AV1, AV_CODEC_ID_VP9: (true, true)
            case AV_CODEC_ID_MPEG2VIDEO, AV_CODEC_ID_PRORES: (true, false)
            case AV_CODEC_ID_MPEG1VIDEO, AV_CODEC_ID_THEORA, AV_CODEC_ID_VP8, AV_CODEC_ID_DNXHD: (false, false)
            // Decoders know nothing of these but what the container says.
            default:
                switch container.name {
                case "matroska", "webm": (true, true)
                case "yuv4mpegpipe": (false, true)
                // Whoever takes bare pictures knows what he gave.
                case "rawvideo", "null": (true, true)
                default: (container.isMP4, false)
                }
            }
        (self.matrix, self.range) = (matrix, range)
        // JFIF and WebP have no other.
        fixedMatrix = [AV_CODEC_ID_MJPEG, AV_CODEC_ID_WEBP].contains(codec) ? AVCOL_SPC_BT470BG.rawValue : nil
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
