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
        let format = VideoFormat(
            width: width, height: height, timeBase: Rational(1, 25), frameRate: Rational(25, 1))
        var options = SinkOptions()
        options.formatOptions = ["update": "1"]
        sink = try FileSink(path, video: format, options: options)
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

    /// As a map of one image.
    func map(in memory: MapMemory) -> Map {
        let map = memory.map(MapShape(images: 1, height: height, width: width, channels: 3))
        copyCrop(x: 0, y: 0, to: map, image: 0)
        return map
    }

    /// The first image of a map, rounded and clamped.
    convenience init(_ map: Map) {
        self.init(width: map.shape.width, height: map.shape.height)
        fill(from: map)
    }

    /// Grey noise about the middle, RGB.
    static func noise(width: Int, height: Int, seed: UInt64) -> PixelBuffer {
        let buffer = PixelBuffer(width: width, height: height)
        var random = RandomStream(seed: seed, place: 0x6e6f_6973_65)
        for y in 0..<height {
            let row = buffer.row(y)
            for i in 0..<3 * width { row[i] = UInt8(min(255, max(0, 127.5 + 40 * random.normal()))) }
        }
        return buffer
    }

    /// The luma of this picture with the colours of `photo`, which has the same size.
    ///
    /// Where a colour would not fit between black and white at the new luma it is made paler, not another.
    func withColors(of photo: PixelBuffer) -> PixelBuffer {
        let result = PixelBuffer(width: width, height: height), luma = SIMD3<Float>(0.299, 0.587, 0.114)
        for y in 0..<height {
            let (painted, from, to) = (row(y), photo.row(y), result.row(y))
            for x in 0..<width {
                func pixel(_ row: UnsafeMutablePointer<UInt8>) -> SIMD3<Float> {
                    SIMD3(Float(row[3 * x]), Float(row[3 * x + 1]), Float(row[3 * x + 2]))
                }
                let color = pixel(from), light = (pixel(painted) * luma).sum(), chroma = color - (color * luma).sum()
                var share: Float = 1
                if chroma.max() > 0 { share = min(share, (255 - light) / chroma.max()) }
                if chroma.min() < 0 { share = min(share, light / -chroma.min()) }
                for c in 0..<3 { to[3 * x + c] = UInt8(min(255, max(0, (light + share * chroma[c]).rounded()))) }
            }
        }
        return result
    }
}
