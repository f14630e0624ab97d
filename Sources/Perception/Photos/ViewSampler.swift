import Network

/// Draws two views of one photo: a crop, and the same moved as a camera moves from one frame to another, differently lit
/// and with a sensor's noise.
struct ViewSampler {
    /// Pixels, as a share of the crop's side.
    private static let farthest = 0.05

    /// Fills both images of `pair` in `map` from `photo`, the first with what begins at `place`, and says how the second came
    /// about.
    func draw(
        _ pair: inout ViewPair, of photo: PixelBuffer, at place: (x: Int, y: Int), in map: Map,
        _ random: inout RandomStream
    ) {
        let size = map.shape.height, (x, y) = place
        photo.copyCrop(x: x, y: y, to: map, image: pair.first)
        pair.motion = motion(size, &random)
        let gain = Float(random.uniform(0.93...1.07)), offset = Float(random.uniform(-6...6)),
            noise = Float(random.uniform(0...6))
        for row in 0..<size {
            let to = map.row(pair.second, row)
            for column in 0..<size {
                let at = pair.motion.apply(Double(column), Double(row))
                let scene = photo.sample(at.x + Double(x), at.y + Double(y)), lit = gain * scene + offset
                // What is brighter than a byte shows no more of it.
                pair.brightening[row * size + column] = (lit.clamped(lowerBound: .zero, upperBound: .init(repeating: 255)) - scene).luminance
                for c in 0..<3 { to[3 * column + c] = min(255, max(0, lit[c] + noise * Float(random.normal()))) }
            }
        }
    }

    /// A third of the time nothing moves, a third by whole pixels, where reading between them blurs nothing, and a third
    /// with a turn and a zoom.
    private func motion(_ size: Int, _ random: inout RandomStream) -> Motion {
        let most = Self.farthest * Double(size)
        let shift = SIMD2(random.uniform(-most...most), random.uniform(-most...most))
        switch random.index(3) {
        case 0: return Motion()
        case 1: return Motion(shift: SIMD2(shift.x.rounded(), shift.y.rounded()))
        default:
            return Motion(
                angle: random.uniform(-0.05...0.05), zoom: random.uniform(0.95...1.05), centre: Double(size - 1) / 2,
                shift: shift)
        }
    }
}

extension PixelBuffer {
    /// RGB at a place between pixels, bilinear; beyond the edge, that of the edge.
    func sample(_ x: Double, _ y: Double) -> SIMD3<Float> {
        let x = min(max(x, 0), Double(width - 1)), y = min(max(y, 0), Double(height - 1))
        let (x0, y0) = (min(Int(x), max(width - 2, 0)), min(Int(y), max(height - 2, 0)))
        let (fx, fy) = (Float(x - Double(x0)), Float(y - Double(y0)))
        func pixel(_ x: Int, _ y: Int) -> SIMD3<Float> {
            SIMD3(row(min(y, height - 1)) + 3 * min(x, width - 1))
        }
        let top = pixel(x0, y0) * (1 - fx) + pixel(x0 + 1, y0) * fx
        return top * (1 - fy) + (pixel(x0, y0 + 1) * (1 - fx) + pixel(x0 + 1, y0 + 1) * fx) * fy
    }
}
