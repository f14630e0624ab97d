import CFFmpeg
import Network

/// One decoded picture on its way to the network or the encoder.
public struct VideoFrame: Sendable {
    /// Full-range RGB in display orientation.
    public var pixels: PixelBuffer
    /// Presentation time in units of the stream's time base.
    public var timestamp: Int64
    /// In the same units; 0 when the file does not say.
    public var duration: Int64
    /// Straight transparency, when the source has any.
    public var alpha: AlphaPlane?
    /// Closed captions of this picture, as ATSC A/53 has them in the video stream; most have none.
    public var captions: [UInt8] = []

    public init(pixels: PixelBuffer, timestamp: Int64, duration: Int64, alpha: AlphaPlane? = nil) {
        self.pixels = pixels
        self.timestamp = timestamp
        self.duration = duration
        self.alpha = alpha
    }
}

/// A packet of a stream that is copied untouched (sound, subtitles, attachments).
///
/// Owns its `AVPacket`; written once and read by one stage at a time, which is what makes it safe to send.
public final class CopiedPacket: @unchecked Sendable {
    /// `stream_index` is the input's; times are in the input stream's time base.
    public let packet: UnsafeMutablePointer<AVPacket>

    /// Takes over `packet`.
    init(_ packet: UnsafeMutablePointer<AVPacket>) { self.packet = packet }

    deinit {
        var packet: UnsafeMutablePointer<AVPacket>? = packet
        av_packet_free(&packet)
    }
}

/// What flows from a source to a sink, in file order.
public enum MediaItem: Sendable {
    case frame(VideoFrame)
    case packet(CopiedPacket)
}
