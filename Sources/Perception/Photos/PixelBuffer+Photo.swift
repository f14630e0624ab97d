import Media
import Network

extension PixelBuffer {
    /// Scaled so that the short side has `side` pixels.
    func scaled(shortSide side: Int) throws(MediaError) -> PixelBuffer {
        let short = min(width, height)
        return try scaled(
            width: width == short ? side : (width * side + short / 2) / short,
            height: height == short ? side : (height * side + short / 2) / short)
    }

    /// Scaled to a size; itself when it has it.
    func scaled(width: Int, height: Int) throws(MediaError) -> PixelBuffer {
        if (width, height) == (self.width, self.height) { return self }
        let result = PixelBuffer(width: width, height: height)
        try PixelScaler(from: (self.width, self.height), to: (width, height)).scale(self, into: result)
        return result
    }

    /// Swaps left and right in place.
    func mirror() {
        for y in 0..<height {
            let row = row(y)
            for x in 0..<width / 2 {
                for c in 0..<3 { swap(&row[3 * x + c], &row[3 * (width - 1 - x) + c]) }
            }
        }
    }

    /// Copies a window of `map.shape`'s extent to one image of `map`.
    func copyCrop(x: Int, y: Int, to map: Map, image: Int) {
        for row in 0..<map.shape.height {
            let from = self.row(y + row) + 3 * x, to = map.row(image, row)
            for i in 0..<map.shape.rowCount { to[i] = Float(from[i]) }
        }
    }

    /// Takes the first image of a map of this extent, clamped to bytes.
    func fill(from map: Map) {
        for y in 0..<height {
            let from = map.row(0, y), to = row(y)
            for i in 0..<3 * width { to[i] = UInt8(min(255, max(0, from[i].rounded()))) }
        }
    }
}
