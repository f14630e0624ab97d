import CFFmpeg
import Network

/// A file, a pipe or a device as frames in display orientation and packets of everything else.
///
///     let source = try FileSource("clip.mp4")
///     while let item = try source.next() { … }
///
/// FFmpeg's contexts inside are touched by one caller at a time, as `MediaSource` demands; that makes it safe to send.
public final class FileSource: MediaSource, @unchecked Sendable {
    public let video: VideoFormat

    /// Opens `path` (`-`: stdin) and decodes its first frame, since only that tells the true size and colours.
    /// - Throws: `MediaError`
    public init(_ path: String, options: SourceOptions = SourceOptions(), warn: @escaping WarningHandler = { _ in }) throws {
        throw MediaError.failed(action: "opening", path: path, why: "not there yet")
    }

    public func next() throws -> MediaItem? { nil }

    /// Makes a `next` that waits for data, now or later, throw `MediaError.interrupted`. From any thread.
    public func interrupt() {}
}
