import CFFmpeg

/// What containers are like, by FFmpeg's names of their muxers: all that is known of one that its muxer does not say.
extension Container {
    var isMP4: Bool { ["mp4", "mov", "ipod", "3gp", "3g2", "psp", "f4v", "ismv"].contains(name) }

    var isMatroska: Bool { ["matroska", "webm"].contains(name) }

    /// A list and the files that it names.
    var writesManyFiles: Bool {
        ["hls", "dash", "hds", "smoothstreaming", "segment", "stream_segment,ssegment", "webm_chunk", "tee"].contains(name)
    }

    /// One picture, or a row of them as `frame-%04d.png`.
    var writesPictures: Bool { name == "image2" }

    /// Pictures that move: encoders write their files' own headers, so that nothing can be made of parts.
    var isAnimation: Bool { Self.animations.contains(name) }
    static let animations: Set = ["gif", "apng", "webp", "avif"]

    /// Those that hold nothing but pictures.
    static let ofPictures = animations.union(["image2"])

    /// What makes an animation an endless one, as they are; FFmpeg's own for GIF.
    var endless: (option: String, value: String)? {
        switch name {
        case "apng": ("plays", "0")
        case "webp": ("loop", "0")
        default: nil
        }
    }

    /// What says how long the last frame of an animation is shown: muxers know of the others when the next one comes.
    /// - Parameter seconds: Cut to what 16 bits hold.
    func lastDelay(_ seconds: Double) -> (option: String, value: String)? {
        func count(_ unit: Double) -> Int { Int(max(0, min(65535, (seconds * unit).rounded()))) }
        return switch name {
        case "gif": ("final_delay", "\(count(100))")
        case "apng": ("final_delay", seconds > 65 ? "\(count(1))/1" : "\(count(1000))/1000")
        default: nil
        }
    }

    /// Whether the stream's time base is what says how long a frame lasts.
    var hasOneRate: Bool {
        has(AVFMT_NOTIMESTAMPS) || ["yuv4mpegpipe", "avi", "ogg", "ogv", "mxf", "mxf_opatom", "gxf", "dv"].contains(name)
    }

    /// Whether whoever reads its frames goes by the one rate at its head.
    var hasNoTimes: Bool { name == "yuv4mpegpipe" }

    var holdsChapters: Bool { isMP4 || isMatroska || ["nut", "asf", "ffmetadata"].contains(name) }

    /// Whether an attachment stays one: MPEG-TS takes it as data that nobody reads.
    var holdsAttachments: Bool { name != "mpegts" }

    enum CoverForm {
        /// A stream of one packet.
        case stream
        case attachment
    }

    /// How a cover is kept; nil where it would become a second video.
    var coverForm: CoverForm? {
        switch name {
        case "matroska": .attachment
        case "mp4", "ipod", "f4v": .stream
        default: nil
        }
    }

    /// The codec of subtitles of words.
    var wordsCodec: AVCodecID? {
        switch name {
        case "webm": AV_CODEC_ID_WEBVTT
        case "matroska": AV_CODEC_ID_SUBRIP
        default: isMP4 ? AV_CODEC_ID_MOV_TEXT : nil
        }
    }

    /// Whether metadata of any name has a place here, in QuickTime's newer form.
    var takesAnyTag: Bool { name == "mov" }

    /// Whether metadata is a program's, as in a broadcast.
    var describesPrograms: Bool { name == "mpegts" }

    /// Names of the metadata that has a place here of its own; nil where any has.
    var tags: Set<String>? {
        if isMP4 { return takesAnyTag ? Self.tagsOfMOV : Self.tagsOfMP4 }
        return describesPrograms ? ["service_name", "service_provider", "title"] : nil
    }

    /// What MP4's and QuickTime's older forms of metadata have a place for, by FFmpeg's names.
    private static let tagsOfMP4: Set = [
        "title", "artist", "album", "date", "comment", "genre", "copyright", "location", "creation_time", "album_artist",
        "composer", "grouping", "lyrics", "description", "synopsis", "show", "episode_id", "network", "keywords",
        "episode_sort", "season_number", "media_type", "hd_video", "gapless_playback", "compilation", "track", "disc",
    ]
    private static let tagsOfMOV: Set = [
        "title", "artist", "album", "date", "comment", "genre", "copyright", "location", "creation_time", "make", "model",
    ]

    /// Whether it says the matrix and the range of a codec's colours, where the stream itself does not.
    func statesColor(_ color: ColorTags, of codec: AVCodecID) -> (matrix: Bool, range: Bool) {
        switch name {
        case "matroska", "webm": (true, codec != AV_CODEC_ID_MAGICYUV)
        case "yuv4mpegpipe": (false, true)
        // Whoever takes bare pictures knows what he gave.
        case "rawvideo", "null": (true, true)
        // Their box holds primaries, transfer and matrix, and is written where all three are known.
        case "mp4", "mov": (color.isWhole && codec != AV_CODEC_ID_JPEG2000, false)
        default: (false, false)
        }
    }
}

extension ColorTags {
    /// Whether primaries, transfer and matrix are all known.
    fileprivate var isWhole: Bool {
        primaries != AVCOL_PRI_UNSPECIFIED.rawValue && transfer != AVCOL_TRC_UNSPECIFIED.rawValue
            && matrix != AVCOL_SPC_UNSPECIFIED.rawValue
    }
}
