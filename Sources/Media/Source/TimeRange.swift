import CFFmpeg

/// The part of a source that is asked for, in ticks of its video stream.
struct TimeRange {
    /// First tick wanted; what is handed on is counted from here. Nil: from the beginning, counted as the file does.
    var start: Int64?
    /// First tick no longer wanted.
    var end: Int64?
    var timeBase: AVRational

    var isWhole: Bool { start == nil && end == nil }

    func isBefore(_ time: Int64) -> Bool { start.map { time < $0 } ?? false }

    func isAfter(_ time: Int64) -> Bool { end.map { time >= $0 } ?? false }

    /// `time` counted from the start.
    func local(_ time: Int64) -> Int64 { time - (start ?? 0) }

    enum Verdict { case keep, drop, past }

    /// Judges a packet of another stream by when it is played, and counts its times from the start.
    ///
    /// Sound that straddles the start is kept whole, a little before 0; a subtitle is cut at both ends.
    func cut(_ packet: UnsafeMutablePointer<AVPacket>, timeBase base: AVRational, isSubtitle: Bool) -> Verdict {
        let time = packet.pointee.pts != tempera_nopts ? packet.pointee.pts : packet.pointee.dts
        guard time != tempera_nopts else { return .keep }
        if let end, av_compare_ts(time, base, end, timeBase) >= 0 { return .past }
        let first = av_rescale_q(start ?? 0, timeBase, base), isEarly = start != nil && time < first
        if isEarly && time + packet.pointee.duration <= first { return .drop }
        if packet.pointee.pts != tempera_nopts { packet.pointee.pts -= first }
        if packet.pointee.dts != tempera_nopts { packet.pointee.dts -= first }
        if isSubtitle && isEarly {
            packet.pointee.duration += time - first
            packet.pointee.pts = 0
            packet.pointee.dts = 0
        }
        if isSubtitle, let end, packet.pointee.pts != tempera_nopts {
            let rest = av_rescale_q(end - (start ?? 0), timeBase, base) - packet.pointee.pts
            packet.pointee.duration = min(packet.pointee.duration, rest)
        }
        return .keep
    }
}
