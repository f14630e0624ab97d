import CFFmpeg

extension VideoFormat {
    /// What the first picture and the container say together.
    init(
        demuxer: Demuxer, stream: UnsafeMutablePointer<AVStream>, first: UnsafePointer<AVFrame>,
        converter: FrameConverter,
        orientation: Orientation, options: SourceOptions
    ) {
        let rate = Self.frameRate(of: stream)
        let seconds = demuxer.duration(of: stream, options: options)
        let isWhole = options.start == nil && options.duration == nil
        let counted = stream.pointee.nb_frames > 0 && isWhole ? Int(stream.pointee.nb_frames) : nil
        let isHDR = ToneMapper.Signal(first) != nil
        self.init(
            width: converter.width, height: converter.height, timeBase: Rational(stream.pointee.time_base),
            frameRate: rate,
            sampleAspect: Self.sampleAspect(demuxer, stream, first, converter: converter, orientation: orientation),
            duration: seconds,
            frameCount: counted ?? seconds.flatMap { seconds in rate.map { Int((seconds * $0.value).rounded()) } },
            color: isHDR ? .bt709 : ColorTags(first), profile: isHDR ? nil : ColorProfile(first),
            hasAlpha: converter.hasAlpha, fieldOrder: FieldOrder(first))
    }

    /// The mean rate that the container states, or else the least that all times fit. Where that is nothing but the time
    /// base, as of a WebM that is still being written, the rate is not known.
    static func frameRate(of stream: UnsafeMutablePointer<AVStream>) -> Rational? {
        let least = Rational(known: stream.pointee.r_frame_rate).flatMap { $0.value < 1000 ? $0 : nil }
        return Rational(known: stream.pointee.avg_frame_rate) ?? least
    }

    /// The pixel aspect after turning and resizing; a video's shape on the screen stays. Where none is stated it is 1:1.
    private static func sampleAspect(
        _ demuxer: Demuxer, _ stream: UnsafeMutablePointer<AVStream>, _ first: UnsafePointer<AVFrame>,
        converter: FrameConverter, orientation: Orientation
    ) -> Rational {
        var first = first.pointee
        var aspect = av_guess_sample_aspect_ratio(demuxer.context, stream, &first)
        if aspect.num <= 0 || aspect.den <= 0 { aspect = AVRational(num: 1, den: 1) }
        var (width, height) = (first.width, first.height)
        if orientation.transposes {
            aspect = AVRational(num: aspect.den, den: aspect.num)
            swap(&width, &height)
        }
        let isResized = width != converter.width || height != converter.height
        guard isResized, !demuxer.isShownInSquares else { return Rational(aspect) }
        // A picture scaled alike in both directions, up to rounding to whole pixels, keeps its aspect exactly.
        let stretch = Double(converter.height) * Double(width) / (Double(converter.width) * Double(height))
        if abs(stretch - 1) < 1.5 / Double(min(converter.width, converter.height)) { return Rational(aspect) }
        var (numerator, denominator): (Int32, Int32) = (0, 0)
        av_reduce(
            &numerator, &denominator, Int64(aspect.num) * Int64(width) * Int64(converter.height),
            Int64(aspect.den) * Int64(height) * Int64(converter.width), 1 << 16)
        return Rational(numerator, denominator)
    }
}

extension FieldOrder {
    /// Pictures that went through the deinterlacer are no longer flagged.
    init(_ frame: UnsafePointer<AVFrame>) {
        self =
            tempera_frame_is_interlaced(frame) == 0
            ? .progressive : tempera_frame_is_top_field_first(frame) != 0 ? .topFirst : .bottomFirst
    }
}

extension Demuxer {
    /// Seconds of `stream` that will be read, if known.
    func duration(of stream: UnsafeMutablePointer<AVStream>, options: SourceOptions) -> Double? {
        var seconds: Double?
        if stream.pointee.duration != tempera_nopts, stream.pointee.duration > 0 {
            seconds = Double(stream.pointee.duration) * av_q2d(stream.pointee.time_base)
        } else if context.pointee.duration != tempera_nopts, context.pointee.duration > 0 {
            seconds = Double(context.pointee.duration) / Double(AV_TIME_BASE)
        }
        if let start = options.start { seconds = seconds.map { max(0, $0 - start) } }
        if let wanted = options.duration { seconds = min(wanted, seconds ?? wanted) }
        // Where a header lies, frames can still be counted.
        return seconds.map { min($0, 1e9) }
    }
}
