import CKernels
import Glibc

/// An affine motion between two views: pixel (x, y) of the second shows what the first shows at `apply(x, y)`.
struct Motion: Hashable, Sendable {
    /// (xx, xy, yx, yy): rotation and scale.
    var matrix = SIMD4<Double>(1, 0, 0, 1)
    var shift = SIMD2<Double>(0, 0)

    func apply(_ x: Double, _ y: Double) -> (x: Double, y: Double) {
        (matrix[0] * x + matrix[1] * y + shift[0], matrix[2] * x + matrix[3] * y + shift[1])
    }

    /// A turn by `angle` and an enlargement by `zoom` about `centre`, then a shift.
    init(angle: Double = 0, zoom: Double = 1, centre: Double = 0, shift: SIMD2<Double> = .zero) {
        let (c, s) = (zoom * cos(angle), zoom * sin(angle))
        matrix = SIMD4(c, -s, s, c)
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
            xx: Float(matrix[0]), xy: Float(matrix[1]), x: Float(shift[0]), yx: Float(matrix[2]), yy: Float(matrix[3]),
            y: Float(shift[1]))
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
