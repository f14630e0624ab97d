import CFFmpeg

/// What the RGB values of a picture mean, where that is not sRGB: its ICC profile (ICC.1:2022), handed on as it is.
public struct ColorProfile: Sendable, Hashable {
    let bytes: [UInt8]

    /// - Returns: nil where the frame has none, one that is not of RGB, as of grey pictures, or a broken one.
    init?(_ frame: UnsafePointer<AVFrame>) {
        guard let data = av_frame_get_side_data(frame, AV_FRAME_DATA_ICC_PROFILE)?.pointee else { return nil }
        self.init(bytes: Array(UnsafeBufferPointer(start: data.data, count: data.size)))
    }

    /// Of the header's 128 bytes those from 16 on name the colour space (section 7.2.6).
    init?(bytes: [UInt8]) {
        guard bytes.count > 128, bytes[16..<20].elementsEqual("RGB ".utf8) else { return nil }
        self.bytes = bytes
    }

    /// Whether it is named after sRGB, so that nothing is lost without it. Names are in ASCII or in UTF-16.
    var isSRGB: Bool {
        [Array("sRGB".utf8), Array("\0s\0R\0G\0B".utf8)].contains { !bytes.ranges(of: $0).isEmpty }
    }

    /// Whether the encoder writes profiles; others pass over them without a word.
    static func isWritten(by codec: AVCodecID) -> Bool {
        [AV_CODEC_ID_PNG, AV_CODEC_ID_APNG, AV_CODEC_ID_MJPEG, AV_CODEC_ID_JPEGXL].contains(codec)
    }
}
