import Media
import Network

extension PixelBuffer {
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
        let result = PixelBuffer(width: width, height: height)
        for y in 0..<height {
            let (painted, from, to) = (row(y), photo.row(y), result.row(y))
            for x in 0..<width {
                let color = SIMD3(from + 3 * x), light = SIMD3(painted + 3 * x).luminance, chroma = color - color.luminance
                var share: Float = 1
                if chroma.max() > 0 { share = min(share, (255 - light) / chroma.max()) }
                if chroma.min() < 0 { share = min(share, light / -chroma.min()) }
                for c in 0..<3 { to[3 * x + c] = UInt8(min(255, max(0, (light + share * chroma[c]).rounded()))) }
            }
        }
        return result
    }

    /// Scaled to lie within a size, keeping the aspect.
    func fitted(width: Int, height: Int) throws(MediaError) -> PixelBuffer {
        let factor = min(Double(width) / Double(self.width), Double(height) / Double(self.height))
        func side(_ length: Int) -> Int { max(1, Int((Double(length) * factor).rounded())) }
        return try scaled(width: side(self.width), height: side(self.height))
    }

    /// With `margin` pixels more at each edge, mirrored about it. The picture is larger than that.
    func mirrored(beyond margin: Int) -> PixelBuffer {
        let result = PixelBuffer(width: width + 2 * margin, height: height + 2 * margin)
        let columns = PaddedAxis(length: width, border: margin, padding: .reflection).sources
        let rows = PaddedAxis(length: height, border: margin, padding: .reflection).sources
        for (y, row) in rows.enumerated() {
            let (from, to) = (self.row(row), result.row(y))
            for (x, column) in columns.enumerated() { for c in 0..<3 { to[3 * x + c] = from[3 * column + c] } }
        }
        return result
    }

    /// Without `margin` pixels at each edge.
    func cropped(by margin: Int) -> PixelBuffer {
        let result = PixelBuffer(width: width - 2 * margin, height: height - 2 * margin)
        for y in 0..<result.height { result.row(y).update(from: row(y + margin) + 3 * margin, count: 3 * result.width) }
        return result
    }
}
