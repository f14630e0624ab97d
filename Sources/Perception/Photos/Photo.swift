import Media
import Network

/// The first picture of a file: its pixels, and what a picture that is made of it keeps besides.
struct Photo {
    let pixels: PixelBuffer
    /// What the values of `pixels` mean, where that is not sRGB.
    let profile: ColorProfile?
    /// Of the same size as `pixels`; nil where nothing shows through.
    let alpha: AlphaPlane?

    /// - Throws: `MediaError` for a file that holds none.
    init(_ path: String) throws {
        var options = SourceOptions()
        options.threads = 1
        options.copiesOtherStreams = false
        let source = try FileSource(path, options: options)
        while let item = try source.next() {
            guard case .frame(let frame) = item else { continue }
            (pixels, profile) = (frame.pixels, source.video.profile)
            alpha = frame.alpha.flatMap { $0.isOpaque ? nil : $0 }
            return
        }
        throw MediaError.noFrames(path)
    }
}

extension AlphaPlane {
    /// Scaled to a size, as pictures are.
    func scaled(width: Int, height: Int) throws(MediaError) -> AlphaPlane {
        if (width, height) == (self.width, self.height) { return self }
        let grey = PixelBuffer(width: self.width, height: self.height), result = AlphaPlane(width: width, height: height)
        for y in 0..<self.height {
            let row = grey.row(y)
            for x in 0..<self.width { for c in 0..<3 { row[3 * x + c] = bytes[y * self.width + x] } }
        }
        let scaled = try grey.scaled(width: width, height: height)
        for y in 0..<height {
            let row = scaled.row(y)
            for x in 0..<width { result.bytes[y * width + x] = row[3 * x] }
        }
        return result
    }
}
