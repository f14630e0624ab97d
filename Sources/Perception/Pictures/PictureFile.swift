import Media
import Network

/// A picture file, opened before there is a picture, so that what cannot be written is known before the work begins.
///
/// What was at its path stays there until `write`.
final class PictureFile {
    private let sink: FileSink

    /// - Parameter path: Its extension says what kind of file it becomes.
    /// - Throws: `MediaError`.
    init(_ path: String, width: Int, height: Int) throws(MediaError) {
        guard MediaFiles.isPicture(path) else { throw .noPicture(path) }
        let format = VideoFormat(
            width: width, height: height, timeBase: Rational(1, 25), frameRate: Rational(25, 1))
        sink = try FileSink(path, video: format)
    }

    /// Once.
    func write(_ pixels: PixelBuffer) throws {
        try sink.write(.frame(VideoFrame(pixels: pixels, timestamp: 0, duration: 1)))
        try sink.finish()
    }
}

extension PixelBuffer {
    /// Writes a picture file of the kind that the name's extension says.
    func write(_ path: String) throws { try PictureFile(path, width: width, height: height).write(self) }
}
