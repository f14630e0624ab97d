import Glibc
import Network

/// A ramp from one colour to another, as skies and walls are: where a painting's grid would show.
enum SmoothPicture {
    /// In any direction, over half the picture to all of it; flat on both sides.
    static func draw(side: Int, _ random: inout RandomStream) -> PixelBuffer {
        let angle = random.uniform(0...2 * .pi), length = Double(side) * random.uniform(0.5...1)
        func colour() -> SIMD3<Double> {
            SIMD3(random.uniform(0...255), random.uniform(0...255), random.uniform(0...255))
        }
        let from = colour(), step = colour() - from, middle = Double(side - 1) / 2
        let picture = PixelBuffer(width: side, height: side)
        for y in 0..<side {
            let row = picture.row(y)
            for x in 0..<side {
                let along = (Double(x) - middle) * cos(angle) + (Double(y) - middle) * sin(angle)
                let colour = from + min(1, max(0, along / length + 0.5)) * step
                for c in 0..<3 { row[3 * x + c] = UInt8(colour[c].rounded()) }
            }
        }
        return picture
    }
}
