import Glibc

/// From scene light to what a screen shows.
enum Grade {
    /// Linear light to 8-bit sRGB code values (as floats, 0...255), with a film-like shoulder and a gentle vignette.
    /// `x` and `y` are in half heights from the middle.
    static func develop(_ light: Vector, _ x: Float, _ y: Float) -> Vector {
        let vignette = 1 - 0.075 * (x * x * 0.6 + y * y)
        let exposed = light * (0.70 * vignette)
        let grey = dot(exposed, Vector(0.2126, 0.7152, 0.0722))
        // Cool shadows, warm highlights, a little more colour.
        let tint = mix(Vector(0.93, 0.99, 1.10), Vector(1.05, 1.0, 0.93), smoothstep(0.02, 0.7, grey))
        let rich = (mix(Vector(repeating: grey), exposed, 1.16)) * tint
        return Vector(encode(shoulder(rich.x)), encode(shoulder(rich.y)), encode(shoulder(rich.z)))
    }

    /// A film-like curve: a soft toe, a straight middle, and a shoulder that reaches white slowly.
    private static func shoulder(_ x: Float) -> Float {
        let v = max(x, 0)
        return v * (2.4 * v + 0.03) / (v * (2.36 * v + 0.55) + 0.14)
    }

    /// The sRGB transfer curve, to 0...255.
    private static func encode(_ x: Float) -> Float {
        let v = clamp(x)
        return 255 * (v <= 0.0031308 ? 12.92 * v : 1.055 * powf(v, 1 / 2.4) - 0.055)
    }
}
