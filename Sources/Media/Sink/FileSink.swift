import CFFmpeg
import Network

/// Encodes frames and copies packets into a file or a pipe.
///
///     let sink = try FileSink("painted.mp4", video: source.video, copying: source)
///     while let item = try source.next() { try sink.write(item) }
///     try sink.finish()
///
/// A file is written beside its target and renamed in `finish`, so what was there before survives every failure.
/// Of numbered pictures (`frame-%04d.png`) each is whole as soon as it has its name, and stays when the rest fails.
/// Writing to a pipe makes the process ignore SIGPIPE unless it handles it already.
/// FFmpeg's contexts inside are touched by one caller at a time, as `MediaSink` demands; that makes it safe to send.
public final class FileSink: MediaSink, @unchecked Sendable {
    public let path: String
    /// The encoder's name and the pixel format it is fed, for people to read.
    public let encoding: String
    private let output: OutputFile
    private let muxer: Muxer
    private let encoder: VideoEncoder
    private let warnings: OneTimeWarnings
    private var copies: StreamCopies
    private let holdsOnePicture: Bool
    private var frames = 0
    private var isOpen = true

    /// Opens `path` (`-`: stdout; needs `options.format`) for frames of `video`, which may differ from the source's.
    ///
    /// To be called before `source` is read on another thread.
    /// - Parameter source: whose sound, subtitles, chapters and metadata go along; nil: only the picture.
    /// - Throws: `MediaError`
    public init(
        _ path: String, video: VideoFormat, copying source: FileSource? = nil, options: SinkOptions = SinkOptions(),
        warn: @escaping WarningHandler = { _ in }
    ) throws(MediaError) {
        FFmpegLog.install()
        self.path = path
        warnings = OneTimeWarnings(warn)
        if let source, OutputFile.isSame(source.path, path) { throw .sameFile(path) }
        let container = try Container(path, options: options)
        let options = container.keepingRawFrames(of: source, options: options)
        let codec = try container.encoder(options, path: path)
        encoder = try VideoEncoder(
            codec, video: video, options: options, container: container, path: path, warnings: warnings)
        let format = PixelFormat(encoder.context.pointee.pix_fmt).name
        encoding = "\(String(cString: codec.pointee.name)), \(format)"
        holdsOnePicture = container.writesPictures && !container.writesNumberedPictures(path)
        output = try OutputFile(path, container: container)

        muxer = try Muxer(container, output: output)
        copies = try StreamCopies(
            muxer.context, container: container, encoder: encoder, source: source, path: path, warnings: warnings)
        if let source {
            ContainerTags.copy(source, to: muxer.context)
            ContainerTags.copyPainted(source, to: copies.painted)
        }
        try muxer.writeHeader(
            container.settings(options, path: path, isPipe: output.isPipe), container: container, path: path)
    }

    deinit { discard() }

    public func write(_ item: MediaItem) throws {
        switch item {
        case .frame(let frame):
            if holdsOnePicture, frames > 0 { throw MediaError.onePictureOnly(path) }
            frames += 1
            try encoder.send(frame)
            try drain()
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
            try muxer.writeTrailer(path: path)
        } catch {
            discard()
            throw error
        }
        isOpen = false
        muxer.release()
        try output.commit()
    }

    public func discard() {
        guard isOpen else { return }
        isOpen = false
        muxer.release()
        output.discard()
    }

    private func drain() throws(MediaError) {
        while let packet = try encoder.receive() {
            packet.pointee.stream_index = copies.painted.pointee.index
            av_packet_rescale_ts(packet, encoder.context.pointee.time_base, copies.painted.pointee.time_base)
            try muxer.write(packet, path: path)
        }
    }
}
