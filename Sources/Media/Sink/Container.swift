import CFFmpeg
import Network

/// The muxer for an output, and what it can hold. What is known by its name alone is in `Container+Traits.swift`.
struct Container {
    let format: UnsafePointer<AVOutputFormat>
    /// Of MPEG-TS: Blu-ray's, in packets of 192 bytes and with types of streams of its own.
    private let isBluRay: Bool
    /// Of raw frames: how they lie in a file of this name, if it says so.
    private let rawPixelFormat: String?

    init(_ path: String, options: SinkOptions) throws(MediaError) {
        isBluRay = [options.format, path.ending].contains("m2ts")
        rawPixelFormat = MediaFiles.rawPixelFormat(path) ?? options.format.flatMap { MediaFiles.rawPixelFormat("x." + $0) }
        if let name = options.format {
            // By FFmpeg's name, or else the ending that files of it have: "mkv" means "matroska".
            guard let found = av_guess_format(name, nil, nil) ?? MediaFiles.muxer("x." + name) else { throw .unknownOutputFormat(name) }
            format = found
        } else {
            guard let found = MediaFiles.muxer(path) else { throw .unknownContainer(path) }
            format = found
        }
        if writesManyFiles { throw .manyFiles(format: name) }
        let movflags = options.formatOptions["movflags"] ?? ""
        if OutputFile.isPipe(path), isMP4, !movflags.contains("frag"), !movflags.contains("empty_moov") {
            throw .notStreamable(format: name)
        }
    }

    var name: String { String(cString: format.pointee.name) }

    func has(_ flag: Int32) -> Bool { format.pointee.flags & flag != 0 }

    func writesNumberedPictures(_ path: String) -> Bool { writesPictures && InputLocation.isPattern(path) }

    /// Raw frames come out in the pixel format in which raw frames of the same kind came in, or that a file's name means, unless
    /// another is asked for: whoever reads them expects it. Of YUV4MPEG2 the chroma stays and the depth becomes 8 bits.
    /// - Throws: `MediaError.pixelFormatRefused`.
    func keepingRawFrames(of source: FileSource?, options: SinkOptions) throws(MediaError) -> SinkOptions {
        let held = [AV_PIX_FMT_YUV420P, AV_PIX_FMT_YUV422P, AV_PIX_FMT_YUV444P, AV_PIX_FMT_YUV411P, AV_PIX_FMT_GRAY8]
        if let wanted = options.pixelFormat {
            if name == "yuv4mpegpipe", av_get_pix_fmt(wanted) != AV_PIX_FMT_NONE, !held.contains(av_get_pix_fmt(wanted)) {
                throw .pixelFormatRefused(wanted, codec: name, accepted: held.map { PixelFormat($0).name })
            }
            return options
        }
        var options = options
        guard let came = source?.contents, came.container == name else {
            if name == "rawvideo" { options.pixelFormat = rawPixelFormat }
            return options
        }
        switch name {
        case "rawvideo": options.pixelFormat = came.picture.pixelFormat
        case "yuv4mpegpipe":
            let format = av_get_pix_fmt(came.picture.pixelFormat)
            options.pixelFormat = PixelFormat(avcodec_find_best_pix_fmt_of_list(held + [AV_PIX_FMT_NONE], format, 0, nil)).name
        default: break
        }
        return options
    }

    /// What the muxer needs to hear besides what the user says.
    /// - Parameter anyTags: Whether there are tags that have no place in the older form.
    func settings(_ options: SinkOptions, path: String, isPipe: Bool, anyTags: Bool) -> OptionDictionary {
        var settings = OptionDictionary(options.formatOptions)
        if isMP4, settings["movflags"] == nil {
            let flags = (options.faststart && !isPipe ? "+faststart" : "")
                + (anyTags && takesAnyTag ? "+use_metadata_tags" : "")
            if !flags.isEmpty { settings["movflags"] = flags }
        }
        // The muxer looks at the name, and is given that of a file on its way.
        if isBluRay, name == "mpegts", settings["mpegts_m2ts_mode"] == nil { settings["mpegts_m2ts_mode"] = "1" }
        if let (option, value) = endless, settings[option] == nil { settings[option] = value }
        if writesPictures { settings[writesNumberedPictures(path) ? "atomic_writing" : "update"] = "1" }
        return settings
    }

    private static let mpegSubtitles: [String: [AVCodecID]] = [
        "mpegts": [AV_CODEC_ID_DVB_SUBTITLE, AV_CODEC_ID_DVB_TELETEXT, AV_CODEC_ID_HDMV_PGS_SUBTITLE],
        "mpeg": [AV_CODEC_ID_DVD_SUBTITLE], "vob": [AV_CODEC_ID_DVD_SUBTITLE], "dvd": [AV_CODEC_ID_DVD_SUBTITLE],
        "svcd": [AV_CODEC_ID_DVD_SUBTITLE], "vcd": [],
    ]

    /// What MPEG-TS has types of streams for (as FFmpeg's muxer knows them); anything else it takes as data that nobody reads.
    private static let transportSound: [AVCodecID] = [
        AV_CODEC_ID_MP2, AV_CODEC_ID_MP3, AV_CODEC_ID_AAC, AV_CODEC_ID_AAC_LATM, AV_CODEC_ID_AC3, AV_CODEC_ID_EAC3,
        AV_CODEC_ID_DTS, AV_CODEC_ID_TRUEHD, AV_CODEC_ID_OPUS, AV_CODEC_ID_S302M,
    ]

    /// Sound whose decoders need to know the size of a block, which NUT does not say.
    private static let ofBlocks: [AVCodecID] = [
        AV_CODEC_ID_WMAV1, AV_CODEC_ID_WMAV2, AV_CODEC_ID_WMAPRO, AV_CODEC_ID_WMAVOICE, AV_CODEC_ID_WMALOSSLESS,
        AV_CODEC_ID_ADPCM_MS, AV_CODEC_ID_ADPCM_IMA_WAV, AV_CODEC_ID_ATRAC3,
    ]

    /// Whether a stream of this codec has a place here; nil when only trying tells.
    func holds(_ codec: AVCodecID) -> Bool? {
        // It would write any packet behind any other, and says so of none.
        if name == "rawvideo", avcodec_get_type(codec) != AVMEDIA_TYPE_VIDEO { return false }
        // MPEG's streams take any bytes too, as data that nobody reads.
        if let subtitles = Self.mpegSubtitles[name], avcodec_get_type(codec) == AVMEDIA_TYPE_SUBTITLE {
            return subtitles.contains(codec)
        }
        if name == "mpegts", avcodec_get_type(codec) == AVMEDIA_TYPE_AUDIO {
            return Self.transportSound.contains(codec) || codec == AV_CODEC_ID_PCM_BLURAY && isBluRay
        }
        // Animations of one codec, which say so only at their headers.
        if ["gif", "apng"].contains(name) { return codec == format.pointee.video_codec }
        if name == "nut", Self.ofBlocks.contains(codec) { return false }
        if name == "yuv4mpegpipe", codec != AV_CODEC_ID_WRAPPED_AVFRAME { return false }
        // Asked, they do not say no: one writes data that nobody reads, the other fails at its header.
        if codec == AV_CODEC_ID_RAWVIDEO, ["mpegts", "matroska"].contains(name) { return false }
        // Matroska holds by the names of AVI and WAV what it has no name of its own for, and says so only if asked like this.
        let strictness = name == "matroska" ? FF_COMPLIANCE_UNOFFICIAL : FF_COMPLIANCE_NORMAL
        let answer = avformat_query_codec(format, codec, strictness)
        return answer < 0 ? nil : answer == 1
    }

    /// Bare streams, which are named after their codec, and what DVD players read.
    private var isOfOneKind: Bool { ["mpeg2video", "h263", "m4v", "vob", "dvd", "svcd", "vcd"].contains(name) }

    /// The encoder asked for, or `libx264` where it fits, or what the container usually holds.
    func encoder(_ options: SinkOptions, path: String) throws(MediaError) -> UnsafePointer<AVCodec> {
        if let name = options.codec {
            let named = avcodec_find_encoder_by_name(name)
            let described = avcodec_descriptor_get_by_name(name).flatMap { avcodec_find_encoder($0.pointee.id) }
            guard let codec = named ?? described, codec.pointee.type == AVMEDIA_TYPE_VIDEO else {
                throw .noEncoder(name)
            }
            if holds(codec.pointee.id) == false { throw .codecNotInContainer(codec: name, format: self.name) }
            return codec
        }
        let usual = av_guess_codec(format, nil, path, nil, AVMEDIA_TYPE_VIDEO)
        // FFmpeg's first choice makes one animation of a row of pictures.
        if usual == AV_CODEC_ID_WEBP, writesPictures, let still = avcodec_find_encoder_by_name("libwebp") { return still }
        let prefersH264 = [
            AV_CODEC_ID_H264, AV_CODEC_ID_MPEG4, AV_CODEC_ID_MPEG2VIDEO, AV_CODEC_ID_FLV1, AV_CODEC_ID_H263,
        ].contains(usual)
        if prefersH264, !isOfOneKind, holds(AV_CODEC_ID_H264) != false, let x264 = avcodec_find_encoder_by_name("libx264") {
            return x264
        }
        // What a file of sound calls video is its cover.
        let holdsCoverOnly = usual == AV_CODEC_ID_PNG && format.pointee.audio_codec != AV_CODEC_ID_NONE
        guard usual != AV_CODEC_ID_NONE, !holdsCoverOnly else { throw .codecNotInContainer(codec: "video", format: name) }
        guard let codec = avcodec_find_encoder(usual) else {
            throw .noEncoder(String(cString: avcodec_get_name(usual)))
        }
        return codec
    }
}
