import Glibc

/// The surface of the sea: a flat plane whose normal carries the waves.
enum Water {
    /// Waves by direction, length (m) and steepness.
    private static let waves: [(x: Float, z: Float, k: Float, speed: Float, slope: Float)] = {
        (0..<9).map { index in
            let angle = 1.1 + 1.9 * (Noise.hash(Int32(index), 5) - 0.5) + (index % 3 == 0 ? 0.9 : 0)
            let wavelength = 7.5 * powf(0.66, Float(index))
            let k = 2 * Float.pi / wavelength
            return (cosf(angle), sinf(angle), k, (9.81 * k).squareRoot() * 0.8, 0.058 * powf(0.9, Float(index)))
        }
    }()

    /// Unit normal at a point of the sea. Waves shorter than `footprint` metres (a pixel) are left out.
    static func normal(_ x: Float, _ z: Float, time: Float, footprint: Float) -> Vector {
        var dx: Float = 0, dz: Float = 0
        // Gusts: patches of ruffled and of smooth water.
        let gust = 0.45 + 1.1 * Noise.value(x * 0.06 + time * 0.12, z * 0.11)
        waves.withUnsafeBufferPointer { waves in
            for wave in waves {
                let visible = 1 - smoothstep(0.25, 1.3, footprint * wave.k)
                if visible <= 0 { break }
                let phase =
                    (x * wave.x + z * wave.z) * wave.k + wave.speed * time
                    + 2.2 * Noise.value(x * 0.21 + wave.k, z * 0.21)
                // exp(sin) has narrow crests and wide troughs, as wind waves do.
                let slope = expf(sinf(phase) - 1) * cosf(phase) * wave.slope * gust * visible * 1.5
                dx += slope * wave.x
                dz += slope * wave.z
            }
        }
        return normalize(Vector(-dx, 1, -dz))
    }

    /// The sea's own colour over a bed at `depth` metres below, before reflection.
    static func body(depth: Float, light: Float) -> Vector {
        let deep = Vector(0.012, 0.075, 0.105), shallow = Vector(0.07, 0.25, 0.24)
        return mix(shallow, deep, 1 - expf(-depth * 0.34)) * (0.55 + 0.75 * light)
    }

    /// Foam along the shore, 0...1.
    static func foam(_ x: Float, _ z: Float, depth: Float, time: Float) -> Float {
        guard depth < 2.2 else { return 0 }
        let lace = Noise.fractal(x * 0.9 + time * 0.22, z * 0.9 - time * 0.3, octaves: 4, seed: 9)
        let wash = 0.28 + 0.2 * sinf(time * 1.1 + x * 0.15)
        return smoothstep(0.5, 0.7, lace + wash - depth * 0.55)
    }
}
