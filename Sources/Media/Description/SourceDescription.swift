import CFFmpeg

/// What a file holds, for people and programs to read.
public struct SourceDescription: Sendable, Hashable {
    public struct Stream: Sendable, Hashable {
        public enum Kind: String, Sendable, Hashable { case video, audio, subtitle, data, attachment, cover }

        /// As `--stream` counts.
        public var index: Int
        public var kind: Kind
        /// FFmpeg's name of the codec; `none` when it has none.
        public var codec: String
        public var language: String?
        public var title: String?
        /// Seconds, if known.
        public var duration: Double?
        /// The stream that is painted.
        public var isPainted: Bool
    }

    /// The picture stream as stored, before it is turned and resized.
    public struct Picture: Sendable, Hashable {
        public var width: Int
        public var height: Int
        public var pixelFormat: String
        /// Clockwise degrees that make it upright; mirrored pictures say so apart.
        public var rotation: Int
        public var isMirrored: Bool
        public var isInterlaced: Bool
        public var color: ColorTags
        public var isHDR: Bool
    }

    /// FFmpeg's name of the demuxer.
    public var container: String
    public var duration: Double?
    public var streams: [Stream]
    public var chapters: Int
    public var picture: Picture
}

extension SourceDescription {
    init(demuxer: Demuxer, choice: StreamChoice, first: UnsafePointer<AVFrame>, orientation: Orientation) {
        container = demuxer.formatName
        let length = demuxer.context.pointee.duration
        duration = length > 0 ? Double(length) / Double(AV_TIME_BASE) : nil
        chapters = Int(demuxer.context.pointee.nb_chapters)
        streams = demuxer.streams.enumerated().map { Stream($1, index: $0, isPainted: $0 == choice.video) }
        picture = Picture(
            width: Int(first.pointee.width), height: Int(first.pointee.height),
            pixelFormat: PixelFormat(AVPixelFormat(rawValue: first.pointee.format)).name,
            rotation: orientation.clockwiseDegrees, isMirrored: orientation.isMirrored,
            isInterlaced: choice.isInterlaced(demuxer), color: ColorTags(first), isHDR: ToneMapper.Signal(first) != nil)
    }
}

extension SourceDescription.Stream {
    init(_ stream: UnsafeMutablePointer<AVStream>, index: Int, isPainted: Bool) {
        let parameters = stream.pointee.codecpar.pointee
        self.index = index
        self.isPainted = isPainted
        kind =
            switch parameters.codec_type {
            case AVMEDIA_TYPE_VIDEO: CoverArt.isCover(stream) ? .cover : .video
            case AVMEDIA_TYPE_AUDIO: .audio
            case AVMEDIA_TYPE_SUBTITLE: .subtitle
            case AVMEDIA_TYPE_ATTACHMENT: .attachment
            default: .data
            }
        codec = String(cString: avcodec_get_name(parameters.codec_id))
        func tag(_ name: String) -> String? {
            av_dict_get(stream.pointee.metadata, name, nil, 0).map { String(cString: $0.pointee.value) }
        }
        language = tag("language")
        title = tag("title")
        let length = stream.pointee.duration
        duration = length != tempera_nopts && length > 0 ? Double(length) * av_q2d(stream.pointee.time_base) : nil
    }
}

extension StreamChoice {
    /// What the container or the codec's header says; single frames may differ.
    func isInterlaced(_ demuxer: Demuxer) -> Bool {
        let order = demuxer.streams[video].pointee.codecpar.pointee.field_order
        return order != AV_FIELD_UNKNOWN && order != AV_FIELD_PROGRESSIVE
    }
}

extension Orientation {
    var isMirrored: Bool { transposes != (mirrorsX != mirrorsY) }

    /// The quarter turns, after a mirroring from left to right if there is one.
    var clockwiseDegrees: Int {
        switch (transposes, mirrorsX, mirrorsY) {
        case (false, false, false), (false, true, false): 0
        case (true, true, false), (true, true, true): 90
        case (false, true, true), (false, false, true): 180
        case (true, false, true), (true, false, false): 270
        }
    }
}
