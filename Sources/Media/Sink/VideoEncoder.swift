import CFFmpeg
import Network

/// RGB frames to packets of one encoder.
final class VideoEncoder {
    let context: UnsafeMutablePointer<AVCodecContext>
    private let name: String
    private let video: VideoFormat
    private let frame: UnsafeMutablePointer<AVFrame>
    private let packet: UnsafeMutablePointer<AVPacket>
    private let swscale: Swscale
    private let alpha: AlphaMixer
    private var durations: FrameDurations
    private let warnings: OneTimeWarnings
    private let takesCaptions: Bool
    /// The ICC profile that every frame gets, or nothing.
    private let profile: [UInt8]
    private var lastTime: Int64?

    init(
        _ codec: UnsafePointer<AVCodec>, video: VideoFormat, options: SinkOptions, container: Container, path: String,
        warnings: OneTimeWarnings
    ) throws(MediaError) {
        name = String(cString: codec.pointee.name)
        self.warnings = warnings
        self.video = video
        let format = try PixelFormatChoice(codec, video: video, options: options, warnings: warnings).format
        let layout = PictureLayout(encoding: video, as: format, stated: StatedColor(codec.pointee.id, in: container, of: video.color))
        swscale = try Swscale(
            from: .rgb(
                width: video.width, height: video.height,
                format: PixelFormat(format).hasAlpha && video.hasAlpha ? AV_PIX_FMT_RGBA : AV_PIX_FMT_RGB24),
            to: layout)
        alpha = AlphaMixer(
            keeps: PixelFormat(format).hasAlpha && video.hasAlpha, codec: name, warnings: warnings)

        let timeBase = try Self.timeBase(codec, video: video, container: container)
        guard let context = avcodec_alloc_context3(codec), let frame = av_frame_alloc(), let packet = av_packet_alloc()
        else {
            throw .failed(action: "opening", path: path, why: "no memory")
        }
        self.context = context
        takesCaptions = EncoderQuality.knows("a53cc", context)
        let takesProfiles = ColorProfile.isWritten(by: codec.pointee.id)
        profile = takesProfiles ? video.profile?.bytes ?? [] : []
        if !takesProfiles, let left = video.profile, !left.isSRGB { warnings.report(.profileLeftOut(codec: name)) }
        self.frame = frame
        self.packet = packet
        Self.describe(video, to: context, timeBase: timeBase)
        if Self.hasOneRate(codec) { context.pointee.framerate = AVRational(num: timeBase.den, den: timeBase.num) }
        context.pointee.pix_fmt = format
        durations = FrameDurations(
            nominal: video.frameRate.map { Rational(context.pointee.time_base).ticks(1 / $0.value) } ?? 0)
        context.pointee.thread_count = Int32(clamping: options.threads ?? 0)
        // Encoders of single frames would hand out each one only when all their threads have one.
        if OutputFile.isStream(path), codec.pointee.capabilities & AV_CODEC_CAP_FRAME_THREADS != 0 {
            context.pointee.thread_type = FF_THREAD_SLICE
        }
        layout.tag(context, as: video.color)
        if container.has(AVFMT_GLOBALHEADER) { context.pointee.flags |= Int32(AV_CODEC_FLAG_GLOBAL_HEADER) }
        try open(codec, options: options, warnings: warnings)

        Self.describe(context, to: frame)
    }

    /// Extent, rate and fields.
    private static func describe(_ video: VideoFormat, to context: UnsafeMutablePointer<AVCodecContext>, timeBase: AVRational) {
        context.pointee.width = Int32(clamping: video.width)
        context.pointee.height = Int32(clamping: video.height)
        context.pointee.sample_aspect_ratio = video.sampleAspect.av
        context.pointee.time_base = timeBase
        if let rate = video.frameRate { context.pointee.framerate = rate.av }
        context.pointee.field_order =
            switch video.fieldOrder {
            case .progressive: AV_FIELD_PROGRESSIVE
            case .topFirst: AV_FIELD_TT
            case .bottomFirst: AV_FIELD_BB
            }
        if video.fieldOrder != .progressive {
            context.pointee.flags |= AV_CODEC_FLAG_INTERLACED_DCT | AV_CODEC_FLAG_INTERLACED_ME
        }
    }

    /// What every frame says of itself.
    private static func describe(_ context: UnsafeMutablePointer<AVCodecContext>, to frame: UnsafeMutablePointer<AVFrame>) {
        frame.pointee.format = context.pointee.pix_fmt.rawValue
        frame.pointee.width = context.pointee.width
        frame.pointee.height = context.pointee.height
        frame.pointee.sample_aspect_ratio = context.pointee.sample_aspect_ratio
        frame.pointee.colorspace = context.pointee.colorspace
        frame.pointee.color_range = context.pointee.color_range
        frame.pointee.color_primaries = context.pointee.color_primaries
        frame.pointee.color_trc = context.pointee.color_trc
        frame.pointee.chroma_location = context.pointee.chroma_sample_location
    }

    /// Whether frames come out with their transparency.
    var keepsAlpha: Bool { alpha.keeps }

    deinit {
        var (context, frame, packet):
            (UnsafeMutablePointer<AVCodecContext>?, UnsafeMutablePointer<AVFrame>?, UnsafeMutablePointer<AVPacket>?) =
                (context, frame, packet)
        avcodec_free_context(&context)
        av_frame_free(&frame)
        av_packet_free(&packet)
    }

    /// Whether the codec's own rate is what says how long a frame lasts.
    static func hasOneRate(_ codec: UnsafePointer<AVCodec>) -> Bool {
        [AV_CODEC_ID_MPEG1VIDEO, AV_CODEC_ID_MPEG2VIDEO].contains(codec.pointee.id)
    }

    /// The input's, except for codecs that know only some, and where it is what a container takes for the rate.
    private static func timeBase(
        _ codec: UnsafePointer<AVCodec>, video: VideoFormat, container: Container
    ) throws(MediaError) -> AVRational {
        let own = video.timeBase.av
        let frame = video.frameRate.map { nearest(to: AVRational(num: $0.denominator, den: $0.numerator), of: codec) }
        if container.hasOneRate, let frame { return frame }
        if container.hasNoTimes { throw .rateNeeded(codec: container.name) }
        switch codec.pointee.id {
        case _ where hasOneRate(codec):
            guard let frame else { throw .rateNeeded(codec: String(cString: codec.pointee.name)) }
            return frame
        case AV_CODEC_ID_MPEG4 where own.den > 65535:
            return AVRational(num: 1, den: 60000)
        default:
            return own
        }
    }

    /// What an encoder that knows certain rates calls this one: 2997/125 frames a second are its 24000/1001.
    private static func nearest(to duration: AVRational, of codec: UnsafePointer<AVCodec>) -> AVRational {
        var rate = codec.pointee.supported_framerates
        while let known = rate?.pointee, known.num > 0 {
            if abs(av_q2d(known) * av_q2d(duration) - 1) < 0.0005 { return AVRational(num: known.den, den: known.num) }
            rate = rate?.advanced(by: 1)
        }
        return duration
    }

    private func open(_ codec: UnsafePointer<AVCodec>, options: SinkOptions, warnings: OneTimeWarnings)
        throws(MediaError)
    {
        var settings = OptionDictionary(options.codecOptions)
        try EncoderQuality(options: options, name: name).apply(to: context, settings: &settings, warnings: warnings)
        let status = avcodec_open2(context, codec, &settings.handle)
        if let left = settings.entries.first { throw .optionRefused(left.name, value: left.value, by: name) }
        guard status >= 0 else {
            let rate = video.frameRate.map { " at \(($0.value * 1000).rounded() / 1000) fps" } ?? ""
            let picture = "\(video.width)x\(video.height) \(PixelFormat(context.pointee.pix_fmt).name)\(rate)"
            let advice = codec.pointee.supported_framerates == nil ? "" : "; with --fps 24, 25, 30, 50 or 60 it may"
            throw .encoderRefused(codec: name, why: "\(picture), \(FFmpegStatus(status).text)\(advice)")
        }
    }

    /// Encodes one frame; `receive` must have run dry before.
    func send(_ picture: VideoFrame) throws(MediaError) {
        guard picture.pixels.width == video.width, picture.pixels.height == video.height else {
            throw .wrongFrameSize(
                expected: "\(video.width)x\(video.height)", got: "\(picture.pixels.width)x\(picture.pixels.height)")
        }
        // An encoder may still look at the last picture: then this one gets memory of its own.
        if frame.pointee.buf.0 == nil || av_frame_is_writable(frame) == 0 {
            av_frame_unref(frame)
            Self.describe(context, to: frame)
            guard av_frame_get_buffer(frame, 0) >= 0 else { throw .badSize(width: video.width, height: video.height) }
        }
        alpha.mix(picture) { bytes, stride in swscale.run(from: bytes, stride: stride, to: frame) }
        var time = av_rescale_q(picture.timestamp, video.timeBase.av, context.pointee.time_base)
        if let lastTime, time <= lastTime { time = lastTime + 1 }
        lastTime = time
        durations.add(
            time: time, duration: av_rescale_q(picture.duration, video.timeBase.av, context.pointee.time_base))
        frame.pointee.pts = time
        if video.fieldOrder != .progressive { tempera_set_fields(frame, video.fieldOrder == .topFirst ? 1 : 0) }
        if !picture.captions.isEmpty, !takesCaptions { warnings.report(.captionsLeftOut(codec: name)) }
        attach(picture.captions, as: AV_FRAME_DATA_A53_CC)
        attach(profile, as: AV_FRAME_DATA_ICC_PROFILE)
        try submit(frame)
    }

    private func attach(_ bytes: [UInt8], as type: AVFrameSideDataType) {
        av_frame_remove_side_data(frame, type)
        guard !bytes.isEmpty, let copy = av_frame_new_side_data(frame, type, bytes.count) else { return }
        copy.pointee.data.update(from: bytes, count: bytes.count)
    }

    /// Says that no more frames come.
    func end() throws(MediaError) { try submit(nil) }

    private func submit(_ frame: UnsafeMutablePointer<AVFrame>?) throws(MediaError) {
        let status = FFmpegStatus(avcodec_send_frame(context, frame))
        guard status.code >= 0 || status.isEnd else { throw .encoderRefused(codec: name, why: status.text) }
    }

    /// The next packet, in the encoder's time base, or nil when it wants more frames or is done. Valid until the next call.
    func receive() throws(MediaError) -> UnsafeMutablePointer<AVPacket>? {
        let status = FFmpegStatus(avcodec_receive_packet(context, packet))
        if status.isAgain || status.isEnd { return nil }
        guard status.code >= 0 else { throw .encoderRefused(codec: name, why: status.text) }
        packet.pointee.duration = durations.take(packet.pointee.pts) ?? packet.pointee.duration
        return packet
    }
}
