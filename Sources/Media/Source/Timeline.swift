import CFFmpeg

/// Where the times of each stream start, and which jumps in them were closed.
///
/// Broadcast files begin anywhere and jump where recordings were joined; a jump shifts all streams alike.
struct Timeline {
    /// Streams jump backward by more than this only where a recording was joined, in seconds.
    static let backwardLimit = 1.0
    /// Likewise forward, where the format says that its times may jump.
    static let forwardLimit = 10.0

    private struct Stream {
        var timeBase: AVRational
        var isSteady: Bool
        /// Decode time after all shifts, and when the next one is due.
        var next: Int64?
        var shift: Int64
    }

    private var streams: [Stream]
    private let jumpsForward: Bool
    /// The newest shift in microseconds, which other streams adopt when it suits them.
    private var newestShift: Int64

    /// - Parameter origin: what becomes time 0, in microseconds.
    init(_ streams: [UnsafeMutablePointer<AVStream>], origin: Int64, jumpsForward: Bool) {
        self.jumpsForward = jumpsForward
        newestShift = -origin
        self.streams = streams.map { stream in
            let type = stream.pointee.codecpar.pointee.codec_type
            return Stream(
                timeBase: stream.pointee.time_base, isSteady: type == AVMEDIA_TYPE_VIDEO || type == AVMEDIA_TYPE_AUDIO,
                next: nil, shift: Self.ticks(-origin, stream.pointee.time_base))
        }
    }

    private static func ticks(_ microseconds: Int64, _ base: AVRational) -> Int64 {
        bounded(av_rescale_q(microseconds, AVRational(num: 1, den: 1_000_000), base))
    }

    /// Ticks beyond which a time is no time, as a damaged file states it: sums of a few such still fit.
    private static let largest: Int64 = 1 << 55

    private static func bounded(_ ticks: Int64) -> Int64 { max(-largest, min(largest, ticks)) }

    static func isPlausible(_ ticks: Int64) -> Bool { (-largest...largest).contains(ticks) }

    /// Moves the times of `packet`.
    /// - Returns: the seconds of a jump that was closed here, if any.
    mutating func apply(to packet: UnsafeMutablePointer<AVPacket>) -> Double? {
        let index = Int(packet.pointee.stream_index)
        guard streams.indices.contains(index) else { return nil }
        if !Self.isPlausible(packet.pointee.dts) { packet.pointee.dts = tempera_nopts }
        if !Self.isPlausible(packet.pointee.pts) { packet.pointee.pts = tempera_nopts }
        packet.pointee.duration = max(0, min(Self.largest, packet.pointee.duration))
        var jump: Double?
        let stated = packet.pointee.dts
        if streams[index].isSteady, stated != tempera_nopts {
            if let next = streams[index].next {
                let base = streams[index].timeBase, due = stated + streams[index].shift
                let gap = seconds(due - next, base)
                if isJump(gap, to: seconds(due, base)) { jump = close(gap, index: index, stated: stated, next: next) }
            } else {
                streams[index].shift = Self.ticks(newestShift, streams[index].timeBase)
            }
            streams[index].next = Self.bounded(stated + streams[index].shift + packet.pointee.duration)
        } else if !streams[index].isSteady {
            streams[index].shift = Self.ticks(newestShift, streams[index].timeBase)
        }
        let shift = streams[index].shift
        if packet.pointee.dts != tempera_nopts { packet.pointee.dts += shift }
        if packet.pointee.pts != tempera_nopts { packet.pointee.pts += shift }
        return jump
    }

    /// - Parameter time: Where the gap ends. A hole in one stream is none in the others.
    private func isJump(_ gap: Double, to time: Double) -> Bool {
        if gap < -Self.backwardLimit { return true }
        guard jumpsForward, gap > Self.forwardLimit else { return false }
        let reached = streams.compactMap { stream in stream.next.map { seconds($0, stream.timeBase) } }.max() ?? 0
        return time > reached + Self.forwardLimit
    }

    private func seconds(_ ticks: Int64, _ base: AVRational) -> Double { Double(ticks) * av_q2d(base) }

    /// - Returns: the gap when this stream is the first to show it, nil when it follows another.
    private mutating func close(_ gap: Double, index: Int, stated: Int64, next: Int64) -> Double? {
        let base = streams[index].timeBase
        let adopted = Self.ticks(newestShift, base)
        if adopted != streams[index].shift, abs(seconds(stated + adopted - next, base)) < Self.backwardLimit {
            streams[index].shift = adopted
            return nil
        }
        streams[index].shift = next - stated
        newestShift = av_rescale_q(next - stated, base, AVRational(num: 1, den: 1_000_000))
        return gap
    }
}
