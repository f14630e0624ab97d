/// Value noise and sums of it. Everything is a pure function of its arguments, so a render repeats exactly.
enum Noise {
    /// The largest whole number not above `x`.
    @inline(__always) static func floor(_ x: Float) -> Int32 {
        let i = Int32(x)
        return x < Float(i) ? i &- 1 : i
    }

    /// A number in 0..<1 that looks unrelated to its neighbours'.
    @inline(__always) static func hash(_ x: Int32, _ y: Int32, _ z: Int32 = 0) -> Float {
        var h = UInt32(bitPattern: x) &* 0x9E37_79B1
        h ^= UInt32(bitPattern: y) &* 0x85EB_CA77
        h ^= UInt32(bitPattern: z) &* 0xC2B2_AE3D
        h = (h ^ (h >> 15)) &* 0x2C1B_3C6D
        h = (h ^ (h >> 12)) &* 0x297A_2D39
        h ^= h >> 15
        return Float(h >> 8) * (1 / 16_777_216)
    }

    /// Smooth noise in 0...1 with one feature a unit.
    @inline(__always) static func value(_ x: Float, _ y: Float, seed: Int32 = 0) -> Float {
        let ix = floor(x), iy = floor(y)
        let fx = x - Float(ix), fy = y - Float(iy)
        let ux = fx * fx * (3 - 2 * fx), uy = fy * fy * (3 - 2 * fy)
        let top = mix(hash(ix, iy, seed), hash(ix &+ 1, iy, seed), ux)
        let bottom = mix(hash(ix, iy &+ 1, seed), hash(ix &+ 1, iy &+ 1, seed), ux)
        return mix(top, bottom, uy)
    }

    /// Smooth noise in 0...1 over space.
    @inline(__always) static func value(_ p: Vector) -> Float {
        let iz = floor(p.z)
        let fz = p.z - Float(iz)
        let uz = fz * fz * (3 - 2 * fz)
        return mix(value(p.x, p.y, seed: iz), value(p.x, p.y, seed: iz &+ 1), uz)
    }

    /// `octaves` layers of noise, each twice as fine and half as strong; 0...1 with mean about one half.
    @inline(__always) static func fractal(_ x: Float, _ y: Float, octaves: Int, seed: Int32 = 0) -> Float {
        var sum: Float = 0, weight: Float = 0.5, total: Float = 0
        var px = x, py = y
        for octave in 0..<octaves {
            sum += weight * value(px, py, seed: seed &+ Int32(truncatingIfNeeded: octave))
            total += weight
            weight *= 0.5
            // Turned by about 37 degrees a layer, or the lattice shows.
            (px, py) = (1.6 * px - 1.2 * py + 3.7, 1.2 * px + 1.6 * py + 1.3)
        }
        return sum / total
    }

    /// Layers of folded noise: sharp crests with gullies between them, 0...1.
    static func ridged(_ x: Float, _ y: Float, octaves: Int, seed: Int32 = 0) -> Float {
        var sum: Float = 0, weight: Float = 0.5, total: Float = 0, carry: Float = 1
        var px = x, py = y
        for octave in 0..<octaves {
            var crest = 1 - abs(2 * value(px, py, seed: seed &+ Int32(truncatingIfNeeded: octave)) - 1)
            crest *= crest
            sum += weight * crest * carry
            total += weight
            carry = clamp(crest * 1.6)
            weight *= 0.5
            (px, py) = (1.6 * px - 1.2 * py + 5.1, 1.2 * px + 1.6 * py + 9.4)
        }
        return sum / total
    }
}
