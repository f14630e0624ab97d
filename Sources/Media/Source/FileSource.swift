import CFFmpeg
import Network

/// A file, a pipe or a device as frames in display orientation and packets of everything else.
///
///     let source = try FileSource("clip.mp4")
///     while let item = try source.next() { … }
///
/// Times are the file's own. Where those start anywhere (MPEG-TS, devices), ten seconds in or later, or a `start` was asked
/// for, they count from the first moment read, all streams alike.
///
/// FFmpeg's contexts inside are touched by one caller at a time, as `MediaSource` demands; that makes it safe to send.
public final class FileSource: MediaSource, @unchecked Sendable {
    public let video: VideoFormat
    public let path: String
    /// What else is known of the file.
    public let contents: SourceDescription
    let demuxer: Demuxer
    let choice: StreamChoice
    let range: TimeRange
    /// What becomes time 0, in microseconds.
    let origin: Int64
    /// Seconds before the range.
    let skipped: Double
    private let reader: FrameReader
    private let converter: FrameConverter
    private let interruption: Interruption
    private let warnings: OneTimeWarnings
    private var clock: FrameClock
    /// Read while looking for the first picture, and the item of that picture.
    private var pending: [MediaItem] = []
    /// Copied streams that may still have packets in the range.
    private var unfinished: Set<Int>
    private var isAtEnd = false
    /// The newest frame of a range with an end: how long it is on the screen, only the picture after it tells.
    private var held: VideoFrame?
    private let holdsFrames: Bool
    /// What reading failed with, until the held frame was handed out.
    private var failure: MediaError?

    /// Opens `path` (`-`: stdin) and decodes its first frame, since only that tells the true size and colours.
    /// - Parameter interruption: Raised, it ends a wait for data with `MediaError.interrupted`, here and in `next`.
    /// - Throws: `MediaError`
    public init(
        _ path: String, options: SourceOptions = SourceOptions(), interruption: Interruption = Interruption(),
        warn: @escaping WarningHandler = { _ in }
    ) throws(MediaError) {
        self.path = path
        warnings = OneTimeWarnings(warn)
        self.interruption = interruption
        demuxer = try Demuxer(path, options: options, interruption: interruption)
        choice = try StreamChoice(demuxer, options: options)
        if let gap = demuxer.pictures?.gap { warn(.rowHasGap(number: gap.at, left: gap.left)) }
        if !choice.leftOut.isEmpty { warn(.otherVideosLeftOut(choice.leftOut)) }
        if !choice.ofOtherPrograms.isEmpty { warn(.otherProgramsLeftOut(choice.ofOtherPrograms)) }
        let stream = demuxer.streams[choice.video]
        if tempera_stream_side_data(stream, AV_PKT_DATA_ENCRYPTION_INIT_INFO, nil) != nil { throw .encrypted(path) }
        if tempera_needs_dolby_vision(stream) != 0 {
            throw .unsupportedColour(path, what: "its colours are Dolby Vision's own (profile 5)")
        }
        range = try demuxer.seek(to: options, choice: choice)
        origin = demuxer.origin(of: choice)
        skipped = options.start ?? 0
        holdsFrames = range.end != nil && !demuxer.isLive
        reader = try FrameReader(demuxer, choice: choice, origin: origin, options: options, warnings: warnings)

        var unfinished = choice.steadyCopies(demuxer)
        let nominal = Self.nominalDuration(stream)
        let beginning = try RangeBeginning(
            reader, demuxer: demuxer, range: range, start: options.start, nominal: nominal, timeBase: stream.pointee.time_base
        ) { [demuxer, range] in Self.keep($0, of: demuxer, in: range, unfinished: &unfinished) }
        self.unfinished = unfinished
        let first = beginning.picture
        let orientation = Orientation(
            of: first, stream: stream, stated: reader.statedOrientation, warnings: warnings)
        converter = try FrameConverter(
            first: first, orientation: orientation, resize: options.resize, path: path, warnings: warnings)
        video = VideoFormat(
            demuxer: demuxer, stream: stream, first: first, converter: converter, orientation: orientation,
            options: options)
        contents = SourceDescription(
            demuxer: demuxer, choice: choice, first: first, orientation: orientation)
        clock = FrameClock(nominal: max(1, nominal))
        pending = beginning.packets.map { .packet($0) }
        isAtEnd = beginning.isAtEnd
        if beginning.isHeld, let frame = passOn(try frame(first, at: range.start ?? 0)) { pending.append(.frame(frame)) }
        withExtendedLifetime(beginning) {}
        if !isAtEnd, let next = passOn(try frame()) { pending.append(.frame(next)) }
        pending.reverse()
    }

    public func next() throws -> MediaItem? {
        if let item = pending.popLast() { return item }
        while !isAtEnd, failure == nil {
            do {
                if let item = try read() { return item }
            } catch {
                failure = error
            }
        }
        if let last = held {
            held = nil
            return .frame(last)
        }
        if let failure { throw failure }
        return nil
    }

    /// The next item, if what was read makes one.
    private func read() throws(MediaError) -> MediaItem? {
        switch try reader.next() {
        case nil: isAtEnd = true
        case .picture: return passOn(try frame()).map(MediaItem.frame)
        case .packet(let packet):
            let wanted = Self.keep(packet, of: demuxer, in: range, unfinished: &unfinished)
            if reader.rangeEnd != nil && unfinished.isEmpty { isAtEnd = true }
            return wanted ? .packet(packet) : nil
        }
        return nil
    }

    /// What of a frame, or of a picture beyond the range, can be handed on: where frames are held, the one before it. A frame
    /// that another follows beyond the range is shown until the range's end.
    private func passOn(_ frame: VideoFrame?) -> VideoFrame? {
        guard holdsFrames else { return frame }
        guard var last = held else {
            held = frame
            return nil
        }
        if frame == nil {
            guard reader.rangeEnd != nil, let end = range.end else { return nil }
            last.duration = max(last.duration, range.local(end) - last.timestamp)
        }
        held = frame
        return last
    }

    /// Makes a `next` that waits for data, now or later, throw `MediaError.interrupted`. From any thread.
    public func interrupt() { interruption.raise() }

    /// The rate at which frames come where they come fastest, in words, of a video whose mean rate is another.
    var peakRate: String? {
        let peak = av_guess_frame_rate(demuxer.context, demuxer.streams[choice.video], nil)
        guard let mean = video.frameRate, peak.num > 0, peak.den > 0, av_q2d(peak) > 1.02 * mean.value, av_q2d(peak) < 1000
        else { return nil }
        return peak.den == 1 ? "\(peak.num)" : "\(peak.num)/\(peak.den)"
    }

    /// Parts of the picture stream that could not be decoded so far.
    public var errors: Int { reader.errors }

    /// The picture in the reader as a frame; nil when it lies outside the range.
    private func frame() throws(MediaError) -> VideoFrame? {
        let picture = reader.picture
        let stated = picture.pointee.best_effort_timestamp
        let time = clock.stamp(stated == tempera_nopts ? nil : stated)
        if clock.repaired, !demuxer.leavesTimesOut {
            warnings.report(.timestampsRepaired(stream: choice.video))
        }
        if range.isBefore(time) { return nil }
        if range.isAfter(time) {
            reader.rangeEnd = range.end
            if unfinished.isEmpty { isAtEnd = true }
            return nil
        }
        return try frame(picture, at: time)
    }

    /// - Parameter time: From when on it is shown.
    private func frame(_ picture: UnsafeMutablePointer<AVFrame>, at time: Int64) throws(MediaError) -> VideoFrame {
        let converted = try converter.convert(picture)
        let stated = picture.pointee.best_effort_timestamp, late = stated == tempera_nopts ? 0 : max(0, time - stated)
        let own = tempera_frame_duration(picture) - late, shown = range.end.map { min(own, $0 - time) } ?? own
        var frame = VideoFrame(
            pixels: converted.pixels, timestamp: range.local(time), duration: max(0, shown), alpha: converted.alpha)
        if let captions = av_frame_get_side_data(picture, AV_FRAME_DATA_A53_CC)?.pointee {
            frame.captions = Array(UnsafeBufferPointer(start: captions.data, count: captions.size))
        }
        return frame
    }

    private static func keep(
        _ packet: CopiedPacket, of demuxer: Demuxer, in range: TimeRange, unfinished: inout Set<Int>
    ) -> Bool {
        let index = Int(packet.packet.pointee.stream_index)
        let stream = demuxer.streams[index].pointee
        if stream.disposition & AV_DISPOSITION_ATTACHED_PIC != 0 { return true }
        let isSubtitle = stream.codecpar.pointee.codec_type == AVMEDIA_TYPE_SUBTITLE
        switch range.cut(packet.packet, timeBase: stream.time_base, isSubtitle: isSubtitle) {
        case .keep: return true
        case .drop: return false
        case .past:
            unfinished.remove(index)
            return false
        }
    }

    /// Ticks that a frame lasts at the mean rate; 0 where none is known.
    private static func nominalDuration(_ stream: UnsafeMutablePointer<AVStream>) -> Int64 {
        guard let rate = VideoFormat.frameRate(of: stream) else { return 0 }
        return Rational(stream.pointee.time_base).ticks(1 / rate.value)
    }
}
