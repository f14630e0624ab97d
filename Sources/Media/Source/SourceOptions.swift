/// What to do with frames that are flagged interlaced.
public enum Deinterlacing: String, Sendable, CaseIterable {
    /// Frames flagged interlaced become one progressive frame each; others pass untouched.
    case auto
    case off
}

/// How to read a file, a pipe or a device.
public struct SourceOptions: Sendable {
    /// The demuxer or device by FFmpeg's name (`rawvideo`, `yuv4mpegpipe`, `image2`, `v4l2`, `x11grab`, …); nil: probed.
    public var format: String?
    /// Size of the frames of `rawvideo`, or asked of a device.
    public var size: RequestedSize?
    /// Pixel format of `rawvideo` by FFmpeg's name; nil: `rgb24`, of a file named `.yuv` `yuv420p`.
    public var pixelFormat: String?
    /// Frames a second of `rawvideo` (nil: 25) and image sequences, or asked of a device.
    public var rate: Rational?
    /// Scales every frame before it is painted.
    public var resize: RequestedSize?
    /// Seconds to skip, exact to the frame; the copied streams are cut at the same moment and time restarts at 0.
    public var start: Double?
    /// Seconds to read.
    public var duration: Double?
    /// Index of the video stream in the file; nil: the best one that is no cover art.
    public var stream: Int?
    public var deinterlace: Deinterlacing = .auto
    /// Without this only files and pipes are opened, and playlists are refused.
    public var allowNetwork = false
    /// Undecodable parts to bear before giving up; nil: any number.
    public var maxErrors: Int?
    /// Decoder threads; nil: as FFmpeg chooses.
    public var threads: Int?
    /// Least delay: no read-ahead, no frame threads. Pipes and devices imply it.
    public var live = false
    /// Whether sound, subtitles, data and attachments are handed on as packets.
    public var copiesOtherStreams = true
    /// Options for the demuxer, by FFmpeg's names.
    public var demuxerOptions: [String: String] = [:]

    public init() {}
}
