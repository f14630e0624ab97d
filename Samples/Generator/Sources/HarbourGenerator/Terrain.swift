import Glibc

/// The land and the sea bed as a height map with one sample a metre.
struct Terrain: @unchecked Sendable {
    static let size = 1024
    static let originX: Float = -512
    static let originZ: Float = -64

    /// `size` rows (z) of `size` heights (x). Written once by `init`, never freed: it lives as long as the program.
    private let heights: UnsafeMutablePointer<Float>

    init() {
        heights = .allocate(capacity: Self.size * Self.size)
        for z in 0..<Self.size {
            for x in 0..<Self.size {
                heights[z * Self.size + x] = Self.shape(Self.originX + Float(x), Self.originZ + Float(z))
            }
        }
    }

    /// The z at which land begins: a bay between two headlands.
    static func coast(_ x: Float) -> Float {
        let bay = 62 + 7 * sinf(x * 0.018 + 0.6) + 2 * sinf(x * 0.05)
        return bay - 46 * smoothstep(86, 150, -x) - 22 * smoothstep(92, 170, x)
    }

    private static func shape(_ x: Float, _ z: Float) -> Float {
        let inland = z - coast(x)
        if inland < 0 { return max(inland * 0.22, -9) + 0.5 * Noise.fractal(x * 0.2, z * 0.2, octaves: 3) }
        let climb = max(0, inland - 11)
        var height = min(1.3, 0.5 + inland * 0.4) + 58 * (1 - expf(-climb * climb / (70 * 70 + climb * 42)))
        height += climb / (climb + 30) * 16 * (Noise.fractal(x * 0.017, z * 0.017, octaves: 6, seed: 7) - 0.42)

        // Rocky headlands, and mountains behind.
        let left = expf(-((x + 128) * (x + 128) + (z - 62) * (z - 62)) / (2 * 34 * 34))
        let right = expf(-((x - 140) * (x - 140) + (z - 78) * (z - 78)) / (2 * 30 * 30))
        let shore = smoothstep(0, 16, inland)
        height += shore * (left * 40 + right * 26) * (0.55 + 0.9 * Noise.ridged(x * 0.03, z * 0.03, octaves: 5))
        let far = smoothstep(170, 520, z)
        height += far * (185 * Noise.ridged(x * 0.0042 + 2.3, z * 0.0042 + 0.9, octaves: 8, seed: 3) - 18)
        return height
    }

    /// Height of the ground, bilinear.
    @inline(__always) func height(_ x: Float, _ z: Float) -> Float {
        let limit = Float(Self.size) - 2
        let fx = clamp(x - Self.originX, 0, limit), fz = clamp(z - Self.originZ, 0, limit)
        let ix = Int(fx), iz = Int(fz)
        let u = fx - Float(ix), v = fz - Float(iz)
        let row = heights + (iz * Self.size + ix)
        return mix(mix(row[0], row[1], u), mix(row[Self.size], row[Self.size + 1], u), v)
    }

    /// Unit normal from differences over `reach` metres.
    func normal(_ x: Float, _ z: Float, reach: Float) -> Vector {
        let dx = height(x + reach, z) - height(x - reach, z)
        let dz = height(x, z + reach) - height(x, z - reach)
        return normalize(Vector(-dx, 2 * reach, -dz))
    }
}
