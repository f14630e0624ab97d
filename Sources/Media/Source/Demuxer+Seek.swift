import CFFmpeg

extension Demuxer {
    /// Of a clock that ran before the recording began, in microseconds.
    private static let lateStart: Int64 = 10_000_000

    private static let microseconds = AVRational(num: 1, den: 1_000_000)

    /// When the streams of `choice` begin, in microseconds; nil where nobody knows. Programs have clocks of their own.
    private func beginning(of choice: StreamChoice) -> Int64? {
        let starts =
            context.pointee.nb_programs > 1
            ? ([choice.video] + choice.copied).map { i in
                let stream = streams[i].pointee
                return stream.start_time == tempera_nopts
                    ? stream.start_time : av_rescale_q(stream.start_time, stream.time_base, Self.microseconds)
            } : [context.pointee.start_time]
        return starts.filter(Timeline.isPlausible).min()
    }

    /// What becomes time 0, in microseconds: where the streams start, for formats that start anywhere and clocks that ran long
    /// before; else the file's own 0.
    func origin(of choice: StreamChoice) -> Int64 {
        guard let start = beginning(of: choice) else { return 0 }
        let startsAnywhere = formatFlags & AVFMT_TS_DISCONT != 0 || formatFlags & AVFMT_NOFILE != 0 && isLive
        return startsAnywhere || start > Self.lateStart ? start : 0
    }

    /// How far before a time to seek for it, in microseconds. Broadcast streams are sought by time alone: far enough back to
    /// meet a key frame. An index by decode time finds key frames that are shown after the time.
    private func margin(_ video: AVStream) -> Int64 {
        if formatFlags & AVFMT_TS_DISCONT != 0 { return 10_000_000 }
        return formatFlags & AVFMT_SEEK_TO_PTS == 0 && video.codecpar.pointee.video_delay > 0 ? 1_000_000 : 0
    }

    /// Goes to the last key frame before `options.start`, where the input can be sought.
    /// - Returns: the range asked for, in the video stream's time base, after `origin` was taken off.
    func seek(to options: SourceOptions, choice: StreamChoice) throws(MediaError) -> TimeRange {
        let start = options.start ?? 0
        guard start >= 0, start < 1e9, options.duration.map({ $0 > 0 }) ?? true else {
            throw .badTimeRange(start: start, duration: options.duration)
        }
        let video = streams[choice.video].pointee, timeBase = video.time_base
        var range = TimeRange(start: nil, end: nil, timeBase: timeBase)
        let beginning = beginning(of: choice) ?? 0
        let first = av_rescale_q(beginning - origin(of: choice), Self.microseconds, timeBase) + Rational(timeBase).ticks(start)
        if options.start != nil { range.start = first }
        if let duration = options.duration { range.end = first + Rational(timeBase).ticks(min(duration, 1e9)) }
        if start > 0, !isLive {
            let target = beginning + Int64(start * 1e6) - margin(video)
            // Before the first picture there is none to go to, and MP4's demuxer would take the sound there too.
            let firstPicture = video.start_time == tempera_nopts
                ? beginning : av_rescale_q(video.start_time, timeBase, Self.microseconds)
            // Where seeking is refused, reading goes on from the beginning and drops what comes too early.
            if target > max(beginning, firstPicture) { _ = avformat_seek_file(context, -1, Int64.min, target, target, 0) }
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
