import CFFmpeg

/// The pixel format to encode in.
struct PixelFormatChoice {
    let format: AVPixelFormat

    /// As asked for; else 8-bit 4:2:0, unless transparency or, with H.264 and HEVC, an odd size needs another.
    ///
    /// H.264 and HEVC crop 4:2:0 in steps of two pixels, so they hold odd sizes only as 4:4:4.
    init(
        _ codec: UnsafePointer<AVCodec>, video: VideoFormat, options: SinkOptions, warnings: OneTimeWarnings
    ) throws(MediaError) {
        let name = String(cString: codec.pointee.name)
        let accepted = Self.accepted(codec)
        if let wanted = options.pixelFormat {
            let found = av_get_pix_fmt(wanted)
            guard found != AV_PIX_FMT_NONE else { throw .unknownPixelFormat(wanted) }
            guard accepted.isEmpty || accepted.contains(found) else {
                throw .pixelFormatRefused(wanted, codec: name, accepted: accepted.map { PixelFormat($0).name })
            }
            guard sws_isSupportedOutput(found) != 0 else { throw .unknownPixelFormat(wanted) }
            format = found
            if let problem = Self.oddSizeProblem(codec, found, video) {
                throw .encoderRefused(codec: name, why: problem)
            }
            return
        }
        let wishes = Self.wishes(codec, video: video)
        if let wish = wishes.first(where: { accepted.isEmpty || accepted.contains($0) }) {
            format = wish
            if wish == AV_PIX_FMT_YUV444P, Self.oddSizeProblem(codec, AV_PIX_FMT_YUV420P, video) != nil {
                warnings.report(.chroma444ForOddSize(width: video.width, height: video.height, codec: name))
            }
            return
        }
        let best = avcodec_find_best_pix_fmt_of_list(
            codec.pointee.pix_fmts, video.hasAlpha ? AV_PIX_FMT_RGBA : AV_PIX_FMT_RGB24, video.hasAlpha ? 1 : 0, nil)
        guard sws_isSupportedOutput(best) != 0 else {
            throw .pixelFormatRefused("rgb24", codec: name, accepted: accepted.map { PixelFormat($0).name })
        }
        format = best
    }

    /// Formats from best to worst, whether or not the encoder takes them.
    private static func wishes(_ codec: UnsafePointer<AVCodec>, video: VideoFormat) -> [AVPixelFormat] {
        let subsampled = [AV_PIX_FMT_YUV420P, AV_PIX_FMT_YUVJ420P, AV_PIX_FMT_YUV422P10LE]
        switch codec.pointee.id {
        case AV_CODEC_ID_WRAPPED_AVFRAME: return subsampled
        case AV_CODEC_ID_MJPEG: return [AV_PIX_FMT_YUVJ444P] + subsampled
        case AV_CODEC_ID_PNG, AV_CODEC_ID_TIFF, AV_CODEC_ID_BMP, AV_CODEC_ID_RAWVIDEO:
            return (video.hasAlpha ? [AV_PIX_FMT_RGBA, AV_PIX_FMT_BGRA] : []) + [AV_PIX_FMT_RGB24, AV_PIX_FMT_BGR24]
        default: break
        }
        let clear = [AV_PIX_FMT_RGBA, AV_PIX_FMT_BGRA, AV_PIX_FMT_YUVA444P10LE, AV_PIX_FMT_YUVA420P]
        let even = oddSizeProblem(codec, AV_PIX_FMT_YUV420P, video) == nil
        return (video.hasAlpha ? clear : []) + (even ? [] : [AV_PIX_FMT_YUV444P]) + subsampled
    }

    /// What the encoder takes; empty: anything.
    static func accepted(_ codec: UnsafePointer<AVCodec>) -> [AVPixelFormat] {
        var result: [AVPixelFormat] = []
        guard var next = codec.pointee.pix_fmts else { return [] }
        while next.pointee != AV_PIX_FMT_NONE {
            result.append(next.pointee)
            next += 1
        }
        return result
    }

    private static func oddSizeProblem(
        _ codec: UnsafePointer<AVCodec>, _ format: AVPixelFormat, _ video: VideoFormat
    ) -> String? {
        guard [AV_CODEC_ID_H264, AV_CODEC_ID_HEVC].contains(codec.pointee.id) else { return nil }
        let halved = PixelFormat(format).halvesChroma
        guard halved.horizontally && video.width % 2 != 0 || halved.vertically && video.height % 2 != 0 else {
            return nil
        }
        return "\(PixelFormat(format).name) needs an even size, not \(video.width)x\(video.height)"
    }
}
