import CFFmpeg
import Network

/// Encodes frames and copies packets into a file or a pipe.
///
/// A file is written beside its target and renamed in `finish`, so what was there before survives every failure.
/// FFmpeg's contexts inside are touched by one caller at a time, as `MediaSink` demands; that makes it safe to send.
public final class FileSink: MediaSink, @unchecked Sendable {
    /// Opens `path` (`-`: stdout; needs `options.format`) for frames of `video`, which may differ from the source's.
    /// - Parameter source: whose sound, subtitles, chapters and metadata go along; nil: only the picture.
    /// - Throws: `MediaError`
    public init(
        _ path: String, video: VideoFormat, copying source: FileSource? = nil, options: SinkOptions = SinkOptions(),
        warn: @escaping WarningHandler = { _ in }
    ) throws {
        throw MediaError.failed(action: "opening", path: path, why: "not there yet")
    }

    public func write(_ item: MediaItem) throws {}
    public func finish() throws {}
    public func discard() {}
}
