/// How to write a file or a pipe.
public struct SinkOptions: Sendable {
    /// The muxer by FFmpeg's name; nil: from the file's extension. A pipe needs one.
    public var format: String?
    /// The encoder by FFmpeg's name; nil: `libx264` where the container holds H.264, else the container's own choice.
    public var codec: String?
    /// Constant quality on the encoder's own scale; nil: 18 for `libx264`, a like quality for others.
    public var crf: Double?
    /// Bits a second instead of constant quality.
    public var bitrate: Int?
    /// Encoder preset; nil: `veryfast` for `libx264`, else the encoder's own.
    public var preset: String?
    /// Pixel format by FFmpeg's name; nil: 8-bit 4:2:0, or what keeps transparency and an odd size; raw frames as they came.
    public var pixelFormat: String?
    /// Encoder threads; nil: as FFmpeg chooses.
    public var threads: Int?
    /// MP4 and MOV: the index goes to the front, so that playback starts before the download ends.
    public var faststart = true
    /// Options for the encoder, by FFmpeg's names.
    public var codecOptions: [String: String] = [:]
    /// Options for the muxer, by FFmpeg's names (`movflags=frag_keyframe+empty_moov` makes MP4 fit for a pipe).
    public var formatOptions: [String: String] = [:]

    public init() {}
}
