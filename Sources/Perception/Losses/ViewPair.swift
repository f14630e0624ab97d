import CKernels
import Glibc

/// An affine motion between two views: pixel (x, y) of the second shows what the first shows at `apply(x, y)`.
struct Motion: Hashable, Sendable {
    // Rotation and scale. Four numbers and no vector: a SIMD4<Double> needs an alignment of 32 bytes, which Swift's tasks
    // do not give their arguments.
    var xx, xy, yx, yy: Double
    var shift: SIMD2<Double>

    func apply(_ x: Double, _ y: Double) -> (x: Double, y: Double) {
        (xx * x + xy * y + shift.x, yx * x + yy * y + shift.y)
    }

    /// A turn by `angle` and an enlargement by `zoom` about `centre`, then a shift.
    init(angle: Double = 0, zoom: Double = 1, centre: Double = 0, shift: SIMD2<Double> = .zero) {
        let (c, s) = (zoom * cos(angle), zoom * sin(angle))
        (xx, xy, yx, yy) = (c, -s, s, c)
        let turned = SIMD2(c * centre - s * centre, s * centre + c * centre)
        self.shift = shift + SIMD2(centre, centre) - turned
    }

    /// The same motion between maps whose pixels are `factor` x `factor` blocks of these.
    func coarser(by factor: Int) -> Motion {
        // Pixel i of the coarse map is centred on f i + (f - 1) / 2 of the fine one.
        let f = Double(factor), half = (f - 1) / 2, (x, y) = apply(half, half)
        var coarse = self
        coarse.shift = SIMD2((x - half) / f, (y - half) / f)
        return coarse
    }

    var kernel: tmp_motion {
        tmp_motion(
            xx: Float(xx), xy: Float(xy), x: Float(shift.x), yx: Float(yx), yy: Float(yy), y: Float(shift.y))
    }
}

/// Two images of a batch that show one scene, the second moved.
struct ViewPair {
    let first: Int
    let second: Int
    var motion = Motion()
    /// By how much the second image is brighter, pixel by pixel (its height x width), for other reasons than noise.
    let brightening: UnsafeMutablePointer<Float>
}
