import Glibc

/// The moving eye: low over the water past the moored boats, rising and turning towards the lighthouse.
struct Camera {
    let eye: Vector
    private let right: Vector
    private let up: Vector
    private let ahead: Vector
    private let scale: Float

    /// Vertical angle of view, radians.
    static let fieldOfView: Float = 0.66

    /// `progress` runs from 0 to 1 over the clip; `time` is in seconds.
    init(progress: Float, time: Float) {
        let t = progress * progress * (3 - 2 * progress) * 0.55 + progress * 0.45
        let sway = Vector(0.10 * sinf(time * 0.9), 0.10 * sinf(time * 1.25), 0)
        eye = mix(Vector(34, 3.4, -17), Vector(-3, 9.2, -8), t) + sway
        let target = mix(Vector(8, 15.5, 70), Vector(-23, 15.2, 66), t) + sway * 0.4
        ahead = normalize(target - eye)
        right = normalize(cross(Vector(0.012 * sinf(time * 0.8), 1, 0), ahead))
        up = cross(ahead, right)
        scale = tanf(Self.fieldOfView / 2)
    }

    /// The ray through a point of the picture; `x` and `y` are in half heights from its middle, y up.
    @inline(__always) func ray(_ x: Float, _ y: Float) -> Vector {
        normalize(ahead + (right * x + up * y) * scale)
    }

    /// The size of a pixel one metre away, in metres.
    static func pixel(height: Int) -> Float { 2 * tanf(fieldOfView / 2) / Float(height) }
}
