import CFFmpeg

extension PictureLayout {
    /// How `video` is laid out in `format`: the source's matrix and range where YUV can keep them, and the output says so.
    init(encoding video: VideoFormat, as format: AVPixelFormat, stated: StatedColor) {
        let pixel = PixelFormat(format), color = stated.tags(of: video)
        self.init(
            width: video.width, height: video.height, format: format.rawValue,
            matrix: color.effectiveMatrix(height: video.height),
            fullRange: pixel.isFullRange(
                tagged: video.color.matrix != AVCOL_SPC_RGB.rawValue && color.fullRange
                    ? AVCOL_RANGE_JPEG : AVCOL_RANGE_UNSPECIFIED))
    }

    /// Writes onto an encoder what is true for pictures of this layout.
    func tag(_ context: UnsafeMutablePointer<AVCodecContext>, as color: ColorTags) {
        let pixel = PixelFormat(AVPixelFormat(rawValue: format))
        context.pointee.color_primaries = AVColorPrimaries(rawValue: color.primaries)
        context.pointee.color_trc = AVColorTransferCharacteristic(rawValue: color.transfer)
        if pixel.isRGB {
            context.pointee.colorspace = AVCOL_SPC_RGB
            context.pointee.color_range = AVCOL_RANGE_JPEG
            return
        }
        context.pointee.colorspace = AVColorSpace(rawValue: matrix)
        context.pointee.color_range = fullRange ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG
        if pixel.halvesChroma.horizontally { context.pointee.chroma_sample_location = AVCHROMA_LOC_LEFT }
    }
}
