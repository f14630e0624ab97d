import Glibc

/// Sun, sky, clouds and the haze between.
enum Sky {
    /// Towards the sun: from the left, behind the camera, 14 degrees up.
    static let sun: Vector = {
        let azimuth: Float = -2.06, height: Float = 0.25
        return Vector(sinf(azimuth) * cosf(height), sinf(height), cosf(azimuth) * cosf(height))
    }()
    static let sunColour = Vector(1.0, 0.60, 0.29) * 5.6
    static let ambient = Vector(0.33, 0.46, 0.80) * 0.55
    static let bounce = Vector(0.62, 0.42, 0.28) * 0.36

    /// The clear sky in a direction: peach at the horizon, blue above, gold towards the sun.
    @inline(__always) static func clear(_ direction: Vector) -> Vector {
        let up = max(direction.y, 0)
        let toSun = 0.5 + 0.5 * dot(direction, sun)
        let low = mix(Vector(0.86, 0.56, 0.50), Vector(1.25, 0.78, 0.40), toSun * toSun)
        let middle = mix(Vector(0.40, 0.50, 0.70), Vector(0.62, 0.60, 0.62), toSun)
        let high = Vector(0.07, 0.19, 0.50)
        let base = mix(low, middle, smoothstep(0, 0.19, up))
        let glow = expf((toSun - 1) * 9)
        return mix(base, high, smoothstep(0.06, 0.62, up)) + Vector(1.0, 0.55, 0.2) * (glow * 0.9)
    }

    private static func density(_ x: Float, _ z: Float, octaves: Int) -> Float {
        let shape = Noise.fractal(x, z, octaves: octaves, seed: 41)
        return smoothstep(0.44, 0.66, shape)
    }

    /// Sky with clouds drifting at `time` seconds.
    static func colour(_ direction: Vector, time: Float, octaves: Int = 6) -> Vector {
        let base = clear(direction)
        guard direction.y > 0.012 else { return base }
        // A layer seen from below; its plane is bent so that it does not pile up at the horizon.
        let scale = 1.25 / (direction.y + 0.11)
        let x = direction.x * scale * 0.95 + time * 0.016 + 1.9, z = direction.z * scale + 4.4 - time * 0.006
        let here = density(x, z, octaves: octaves)
        guard here > 0.003 else { return base }
        let sunward = density(x + sun.x * 0.22, z + sun.z * 0.22, octaves: octaves - 2)
        let lit = clamp(0.95 - sunward * 0.85 + (1 - here) * 0.35)
        let shade = mix(Vector(0.42, 0.38, 0.52), Vector(1.5, 1.02, 0.72), lit)
        let cover = here * smoothstep(0.012, 0.16, direction.y) * 0.92
        return mix(base, shade, cover)
    }

    /// `colour` as it looks through `distance` metres of evening air.
    @inline(__always) static func haze(_ colour: Vector, _ direction: Vector, distance: Float) -> Vector {
        let thickness = 1 - expf(-distance * 0.0012)
        let level = Vector(direction.x, 0.1, direction.z)
        return mix(colour, clear(normalize(level)) * Vector(0.60, 0.73, 0.95), thickness)
    }
}
