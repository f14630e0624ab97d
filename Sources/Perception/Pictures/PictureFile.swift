import Media
import Network
import Synchronization

/// A picture file, opened before there is a picture, so that what cannot be written is known before the work begins.
///
/// What was at its path stays there until `write`.
final class PictureFile {
    private let sink: FileSink
    private let alpha: AlphaPlane?
    private let heard = HeardWarnings()

    /// - Parameters:
    ///   - path: Its extension says what kind of file it becomes.
    ///   - photo: What the picture is made of: it keeps the photo's colour profile and transparency.
    /// - Throws: `MediaError`.
    init(_ path: String, width: Int, height: Int, of photo: Photo? = nil) throws(MediaError) {
        guard MediaFiles.isPicture(path) else { throw .noPicture(path) }
        let format = VideoFormat(
            width: width, height: height, timeBase: Rational(1, 25), frameRate: Rational(25, 1), profile: photo?.profile,
            hasAlpha: photo?.alpha != nil)
        sink = try FileSink(path, video: format) { [heard] in heard.append($0) }
        // Where it does not stay, the picture is painted as a whole.
        alpha = sink.keepsAlpha ? try photo?.alpha?.scaled(width: width, height: height) : nil
    }

    /// Once.
    /// - Returns: What a file of this kind cannot hold.
    @discardableResult func write(_ pixels: PixelBuffer) throws -> [MediaWarning] {
        try sink.write(.frame(VideoFrame(pixels: pixels, timestamp: 0, duration: 1, alpha: alpha)))
        try sink.finish()
        return heard.all
    }
}

/// What the sink had to say.
private final class HeardWarnings: Sendable {
    private let warnings = Mutex<[MediaWarning]>([])

    var all: [MediaWarning] { warnings.withLock { $0 } }

    func append(_ warning: MediaWarning) { warnings.withLock { $0.append(warning) } }
}

extension PixelBuffer {
    /// Writes a picture file of the kind that the name's extension says.
    func write(_ path: String) throws { try PictureFile(path, width: width, height: height).write(self) }
}
