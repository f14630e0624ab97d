import Glibc
import Network

/// A video made from one picture by a camera that drifts, turns and zooms over it, so that all motion is known exactly;
/// with a little noise in every frame, as a sensor adds.
public struct MovingStill: Sendable {
    private static let noise = 2.0
    private let picture: PixelBuffer
    public let width: Int
    public let height: Int

    public init(_ picture: PixelBuffer) {
        self.picture = picture
        width = max(16, picture.width * 4 / 5 / 4 * 4)
        height = max(16, picture.height * 4 / 5 / 4 * 4)
    }

    /// Where the pixels of frame `index` lie in the picture.
    private func view(_ index: Int) -> Motion {
        let time = Double(index) / 25, spare = SIMD2(Double(picture.width - width), Double(picture.height - height)) / 2
        let drift = SIMD2(sin(0.9 * time), sin(1.3 * time + 1)) * spare * 0.6
        var motion = Motion(angle: 0.03 * sin(0.7 * time), zoom: 1 + 0.04 * sin(0.5 * time + 2), centre: 0)
        let centre = SIMD2(Double(width - 1), Double(height - 1)) / 2, moved = motion.apply(centre.x, centre.y)
        motion.shift += centre + spare + drift - SIMD2(moved.x, moved.y)
        return motion
    }

    public func frame(_ index: Int) -> PixelBuffer {
        let frame = PixelBuffer(width: width, height: height), view = view(index)
        var random = RandomStream(seed: 7, place: UInt64(index))
        for y in 0..<height {
            let row = frame.row(y)
            for x in 0..<width {
                let at = view.apply(Double(x), Double(y)), color = picture.sample(at.x, at.y)
                for c in 0..<3 {
                    row[3 * x + c] = UInt8(min(255, max(0, Double(color[c]) + Self.noise * random.normal() + 0.5)))
                }
            }
        }
        return frame
    }

    /// The motion from frame `index` to the one before it.
    public func flow(_ index: Int) -> FlowField {
        FlowField(width: width, height: height, view(index - 1).inverse.after(view(index)))
    }
}

extension Motion {
    /// First `motion`, then this one.
    fileprivate func after(_ motion: Motion) -> Motion {
        var result = self
        (result.xx, result.xy) = (xx * motion.xx + xy * motion.yx, xx * motion.xy + xy * motion.yy)
        (result.yx, result.yy) = (yx * motion.xx + yy * motion.yx, yx * motion.xy + yy * motion.yy)
        let moved = apply(motion.shift.x, motion.shift.y)
        result.shift = SIMD2(moved.x, moved.y)
        return result
    }

    fileprivate var inverse: Motion {
        var result = self
        let determinant = xx * yy - xy * yx
        (result.xx, result.xy) = (yy / determinant, -xy / determinant)
        (result.yx, result.yy) = (-yx / determinant, xx / determinant)
        result.shift = .zero
        let back = result.apply(shift.x, shift.y)
        result.shift = SIMD2(-back.x, -back.y)
        return result
    }
}
