import CFFmpeg

extension Demuxer {
    /// Of a clock that ran before the recording began, in microseconds.
    private static let lateStart: Int64 = 10_000_000

    /// What becomes time 0, in microseconds: where the file starts, for formats that start anywhere and clocks that ran long
    /// before; else the file's own 0.
    var origin: Int64 {
        let start = context.pointee.start_time
        let startsAnywhere = formatFlags & AVFMT_TS_DISCONT != 0 || formatFlags & AVFMT_NOFILE != 0 && isLive
        return start != tempera_nopts && (startsAnywhere || start > Self.lateStart) ? start : 0
    }

    /// Goes to the last key frame before `options.start`, where the input can be sought.
    /// - Returns: the range asked for, in `timeBase`, after `origin` was taken off.
    func seek(to options: SourceOptions, timeBase: AVRational) throws(MediaError) -> TimeRange {
        let start = options.start ?? 0
        guard start >= 0, start < 1e9, options.duration.map({ $0 > 0 }) ?? true else {
            throw .badTimeRange(start: start, duration: options.duration)
        }
        var range = TimeRange(start: nil, end: nil, timeBase: timeBase)
        let microseconds = AVRational(num: 1, den: 1_000_000)
        let beginning = context.pointee.start_time == tempera_nopts ? 0 : context.pointee.start_time
        let first = av_rescale_q(beginning - origin, microseconds, timeBase) + Rational(timeBase).ticks(start)
        if options.start != nil { range.start = first }
        if let duration = options.duration { range.end = first + Rational(timeBase).ticks(min(duration, 1e9)) }
        if start > 0, !isLive {
            // Broadcast streams are sought by time alone: go back far enough to meet a key frame.
            let margin: Int64 = formatFlags & AVFMT_TS_DISCONT != 0 ? 10_000_000 : 0
            let target = beginning + Int64(start * 1e6) - margin
            // Where seeking is refused, reading goes on from the beginning and drops what comes too early.
            _ = avformat_seek_file(context, -1, Int64.min, target, target, 0)
        }
        return range
    }
}

extension StreamChoice {
    /// Copied streams whose packets come all the time, so that one past the end of a range says that the stream is done.
    func steadyCopies(_ demuxer: Demuxer) -> Set<Int> {
        let streams = demuxer.streams
        return copied.filter { streams[$0].pointee.codecpar.pointee.codec_type == AVMEDIA_TYPE_AUDIO }
    }
}
