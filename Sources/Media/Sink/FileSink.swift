import CFFmpeg
import Network

/// Encodes frames and copies packets into a file or a pipe.
///
///     let sink = try FileSink("painted.mp4", video: source.video, copying: source)
///     while let item = try source.next() { try sink.write(item) }
///     try sink.finish()
///
/// A file is written beside its target and renamed in `finish`, so what was there before survives every failure; so is each
/// of numbered pictures (`frame-%04d.png`).
/// Writing to a pipe makes the process ignore SIGPIPE unless it handles it already.
/// FFmpeg's contexts inside are touched by one caller at a time, as `MediaSink` demands; that makes it safe to send.
public final class FileSink: MediaSink, @unchecked Sendable {
    public let path: String
    /// The encoder's name and the pixel format it is fed, for people to read.
    public let encoding: String
    private let output: OutputFile
    private let muxer: Muxer
    private var encoder: VideoEncoder
    private let makeEncoder: () throws(MediaError) -> VideoEncoder
    private let warnings: OneTimeWarnings
    private var copies: StreamCopies
    private let holdsOnePicture: Bool
    private let container: Container
    /// Whether the user says how long the last frame is shown.
    private let statesLastDelay: Bool
    private let segments: SegmentFolder?
    private let timeBase: Rational
    /// Of the newest frame and packet, in the encoder's time base.
    private var lastTime: Int64?
    private var lastDecodeTime: Int64?
    private var lastDuration: Int64 = 0
    private var frames = 0
    /// The newest, where a part may end with it.
    private var lastPicture: PixelBuffer?
    private var isOpen = true

    /// Opens `path` (`-`: stdout; needs `options.format`) for frames of `video`, which may differ from the source's.
    ///
    /// To be called before `source` is read on another thread.
    /// - Parameters:
    ///   - source: whose sound, subtitles, chapters and metadata go along; nil: only the picture.
    ///   - segments: where finished parts are kept until the output is whole, and come from when an earlier run left some.
    ///     Of the frames that they hold only the number matters. The caller removes the folder in the end.
    /// - Throws: `MediaError`
    public init(
        _ path: String, video: VideoFormat, copying source: FileSource? = nil, options: SinkOptions = SinkOptions(),
        segments: SegmentFolder? = nil, warn: @escaping WarningHandler = { _ in }
    ) throws(MediaError) {
        FFmpegLog.install()
        self.path = path
        warnings = OneTimeWarnings(warn)
        if let source, MediaFiles.isSame(source.path, path) { throw .sameFile(path) }
        let container = try Container(path, options: options)
        var options = try container.keepingRawFrames(of: source, options: options)
        options.threads = options.threads ?? segments?.encoderThreads
        let codec = try container.encoder(options, path: path)
        makeEncoder = { [warnings, options] () throws(MediaError) in
            try VideoEncoder(
                codec, video: video, options: options, container: container, path: path, warnings: warnings)
        }
        encoder = try makeEncoder()
        timeBase = video.timeBase
        let format = PixelFormat(encoder.context.pointee.pix_fmt).name
        encoding = "\(String(cString: codec.pointee.name)), \(format)"
        self.container = container
        statesLastDelay = options.formatOptions["final_delay"] != nil
        holdsOnePicture = container.writesPictures && !container.writesNumberedPictures(path)
        if segments != nil, container.writesPictures || container.isAnimation || OutputFile.isStream(path) { throw .notResumable(path) }
        self.segments = segments
        output = try OutputFile(path, container: container, segments: segments)
        muxer = try Muxer(container, output: output)
        copies = try StreamCopies(
            muxer.context, container: container, encoder: encoder, source: source, path: path, warnings: warnings)
        if let source {
            ContainerTags.copy(source, to: muxer.context, in: container)
            ContainerTags.copyPainted(source, to: copies.painted, of: muxer.context)
        }
        let homeless = source.map { ContainerTags.homeless($0, in: container) } ?? []
        if !homeless.isEmpty, !container.takesAnyTag { warnings.report(.tagsLeftOut(homeless, format: container.name)) }
        var settings = container.settings(options, path: path, isPipe: OutputFile.isPipe(path), anyTags: !homeless.isEmpty)
        // A row of pictures keeps its numbers.
        if let first = source?.demuxer.pictures?.numbers.first, source?.range.start == nil,
            container.writesNumberedPictures(path), settings["start_number"] == nil
        {
            settings["start_number"] = "\(first)"
        }
        if let rate = source?.peakRate, video.frameRate == source?.video.frameRate, copies.hasSound || container.hasNoTimes,
            container.hasOneRate || VideoEncoder.hasOneRate(codec)
        {
            warnings.report(.rateVaries(format: container.hasOneRate ? container.name : encoding, rate: rate))
        }
        try muxer.writeHeader(settings, container: container, path: path)
        let chapters = Int(muxer.context.pointee.nb_chapters)
        if chapters > 0, !container.holdsChapters { warnings.report(.chaptersLeftOut(chapters, format: container.name)) }
    }

    deinit { discard() }

    /// Whether frames keep their transparency there; else they are composited over black.
    public var keepsAlpha: Bool { encoder.keepsAlpha }

    public func write(_ item: MediaItem) throws {
        switch item {
        case .frame(let frame):
            if holdsOnePicture, frames > 0 { throw MediaError.onePictureOnly(path) }
            if let segments {
                try write(frame, in: segments)
            } else {
                try encoder.send(frame)
                try drain()
            }
            frames += 1
        case .packet(let copied):
            guard let packet = copies.prepare(copied, warnings: warnings) else { return }
            try muxer.write(packet, path: path)
        }
    }

    /// Drains the encoder, writes the trailer and puts the file in place. After an error nothing is left of it.
    public func finish() throws {
        guard isOpen else { return }
        do {
            if frames == 0 { throw MediaError.nothingWritten(path) }
            try encoder.end()
            try drain()
            try muxer.writeTrailer(lastDelay, path: path)
        } catch {
            discard()
            throw error
        }
        isOpen = false
        muxer.release()
        segments?.dropPart()
        do {
            try output.commit()
        } catch {
            segments?.discard()
            throw error
        }
    }

    private var lastDelay: (option: String, value: String)? {
        statesLastDelay || lastDuration <= 0
            ? nil : container.lastDelay(Double(lastDuration) * av_q2d(encoder.context.pointee.time_base))
    }

    public func discard() {
        guard isOpen else { return }
        isOpen = false
        muxer.release()
        output.discard()
        segments?.discard()
    }

    /// Copies what a finished part holds of the frame, or encodes it as one of a part that stands alone.
    private func write(_ frame: VideoFrame, in segments: SegmentFolder) throws(MediaError) {
        if frames < segments.finishedFrames {
            return try segments.replay(frame: frames, header: encoder.header) { packet throws(MediaError) in
                lastTime = max(lastTime ?? packet.pointee.pts, packet.pointee.pts)
                try mux(packet)
            }
        }
        var frame = frame
        var time = av_rescale_q(frame.timestamp, timeBase.av, encoder.context.pointee.time_base)
        if frames % segments.length == 0 {
            if let lastTime, time <= lastTime {
                // A new encoder does not know what came before it.
                time = lastTime + 1
                frame.timestamp = av_rescale_q_rnd(
                    time, encoder.context.pointee.time_base, timeBase.av, AV_ROUND_UP)
            }
            if let lastPicture, frames > segments.finishedFrames {
                try encoder.end()
                try drain(until: time)
                try segments.finishPart(last: lastPicture)
                encoder = try makeEncoder()
            }
            try segments.beginPart(frame: frames, header: encoder.header)
        }
        try encoder.send(frame)
        lastPicture = frame.pixels
        lastTime = lastTime.map { max(time, $0 + 1) } ?? time
        try drain()
    }

    /// - Parameter next: when the frame after the last one is shown, where this encoder does not see it.
    private func drain(until next: Int64? = nil) throws(MediaError) {
        while let packet = try encoder.receive() {
            if let next, let lastTime, packet.pointee.pts == lastTime { packet.pointee.duration = next - lastTime }
            // Where one encoder follows another, its first decode times may lie before the last of the other. One tick
            // each is enough: both hold back the same number of frames.
            if segments != nil, let last = lastDecodeTime { packet.pointee.dts = max(packet.pointee.dts, last + 1) }
            try segments?.append(packet.pointee)
            try mux(packet)
        }
    }

    private func mux(_ packet: UnsafeMutablePointer<AVPacket>) throws(MediaError) {
        (lastDecodeTime, lastDuration) = (packet.pointee.dts, packet.pointee.duration)
        packet.pointee.stream_index = copies.painted.pointee.index
        av_packet_rescale_ts(packet, encoder.context.pointee.time_base, copies.painted.pointee.time_base)
        if copies.separate(packet) { warnings.report(.framesTooClose(format: container.name)) }
        try muxer.write(packet, path: path)
    }
}
