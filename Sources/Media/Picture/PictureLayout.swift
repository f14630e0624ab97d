import CFFmpeg

/// Everything that decides what the bytes of a picture mean.
struct PictureLayout: Hashable {
    var width: Int
    var height: Int
    var format: Int32
    /// AVColorSpace; without meaning for RGB.
    var matrix: UInt32 = AVCOL_SPC_BT709.rawValue
    var fullRange = true
    /// AVChromaLocation; unspecified means left, as MPEG-2 and H.264 have it.
    var chroma: UInt32 = AVCHROMA_LOC_UNSPECIFIED.rawValue

    static func rgb(width: Int, height: Int, format: AVPixelFormat = AV_PIX_FMT_RGB24) -> PictureLayout {
        PictureLayout(width: width, height: height, format: format.rawValue)
    }
}
