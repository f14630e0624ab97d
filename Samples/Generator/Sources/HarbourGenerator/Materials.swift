import Glibc

/// What a surface is made of at one point.
struct Material {
    var albedo: Vector
    /// Added light: lit windows and lamps.
    var glow = Vector(repeating: 0)
    /// Strength of the sun's highlight.
    var shine: Float = 0
}

/// Textures as functions of place. `footprint` is the size of a pixel there, in metres: finer detail fades out.
enum Materials {
    static func ground(_ p: Vector, _ normal: Vector, footprint: Float) -> Material {
        let broad = Noise.fractal(p.x * 0.05, p.z * 0.05, octaves: 4, seed: 21)
        let fine = Noise.fractal(p.x * 0.55, p.z * 0.55, octaves: 4, seed: 22)
        let grass = mix(Vector(0.09, 0.13, 0.035), Vector(0.27, 0.23, 0.075), broad * 0.9 + fine * 0.5 - 0.2)
        let scrub = Vector(0.045, 0.078, 0.03)
        var colour = mix(grass, scrub, smoothstep(0.52, 0.66, fine * 0.6 + broad * 0.5))
        let strata = Noise.value(p.y * 0.9 + broad * 6, p.x * 0.12) * 0.5 + fine * 0.6
        let rock = mix(Vector(0.20, 0.155, 0.125), Vector(0.44, 0.36, 0.28), strata)
        let steep = smoothstep(0.80, 0.62, normal.y + 0.12 * (fine - 0.5)) + smoothstep(60, 150, p.y) * 0.35
        colour = mix(colour, rock, clamp(steep))
        colour = mix(Vector(0.46, 0.37, 0.26), colour, smoothstep(0.5, 2.2, p.y + fine))
        return Material(albedo: colour)
    }

    static func solid(_ solid: Solid, _ p: Vector, _ normal: Vector, footprint: Float) -> Material {
        let q = solid.turn.into(p - solid.base)
        let n = solid.turn.into(normal)
        switch solid.kind {
        case .house, .church: return building(solid, q, n, p, footprint)
        case .tower: return tower(solid, q, n, p, footprint)
        case .wall: return stone(p, n)
        case .lighthouse: return lighthouse(solid, q, p)
        case .cypress, .crown: return foliage(solid, q, p)
        case .lamp:
            let bulb = q.y > solid.size.y - 0.08
            let glow = bulb ? Vector(1.9, 1.15, 0.48) : Vector(repeating: 0)
            return Material(albedo: Vector(0.08, 0.08, 0.09), glow: glow)
        }
    }

    private static let plaster: [Vector] = [
        Vector(0.80, 0.52, 0.24), Vector(0.76, 0.38, 0.24), Vector(0.84, 0.68, 0.46), Vector(0.78, 0.47, 0.40),
        Vector(0.70, 0.60, 0.42), Vector(0.86, 0.74, 0.60), Vector(0.62, 0.30, 0.20), Vector(0.84, 0.60, 0.32),
        Vector(0.50, 0.56, 0.58), Vector(0.82, 0.58, 0.50), Vector(0.74, 0.66, 0.52),
    ]
    private static let paint: [Vector] = [
        Vector(0.06, 0.22, 0.16), Vector(0.07, 0.17, 0.30), Vector(0.20, 0.10, 0.06), Vector(0.12, 0.28, 0.26),
    ]

    private static func pick(_ from: [Vector], _ seed: Int32, _ salt: Int32) -> Vector {
        from[min(Int(Noise.hash(seed, salt) * Float(from.count)), from.count - 1)]
    }

    private static func building(_ s: Solid, _ q: Vector, _ n: Vector, _ p: Vector, _ footprint: Float) -> Material {
        if q.y > s.size.y - 0.1, n.y > 0.2 || abs(q.z) > s.size.z + 0.02 { return tiles(s, q, p, footprint) }
        let colour = s.kind == .church ? Vector(0.82, 0.70, 0.54) : pick(plaster, s.seed, 3)
        let stain = Noise.fractal(p.x * 0.6 + p.z * 0.6, p.y * 0.35, octaves: 3, seed: s.seed)
        let grain = Noise.fractal((p.x + p.z) * 3, p.y * 3, octaves: 2, seed: 5)
        var wall = Material(albedo: colour * (0.72 + 0.34 * stain + 0.16 * (grain - 0.5)))
        wall.albedo = mix(wall.albedo * 0.62, wall.albedo, smoothstep(-0.3, 1.3, q.y + stain))
        let side = abs(n.z) > abs(n.x)
        let across = side ? q.x : q.z, half = side ? s.size.x : s.size.z
        guard q.y > 0.1, q.y < s.size.y - 0.35, abs(n.y) < 0.5 else { return wall }
        return window(s, wall, across, half, q.y, face: side ? (n.z < 0 ? 0 : 1) : (n.x < 0 ? 2 : 3), footprint)
    }

    /// A row of shuttered windows a storey; doors below.
    private static func window(
        _ s: Solid, _ wall: Material, _ across: Float, _ half: Float, _ y: Float, face: Int32, _ footprint: Float
    ) -> Material {
        let count = max(1, (half * 2 / 1.75).rounded(.down))
        let pitch = half * 2 / count
        let place = (across + half) / pitch
        let column = Noise.floor(place), storey = Noise.floor(y / 2.7)
        let u = abs((place - Float(column) - 0.5) * pitch), v = y - Float(storey) * 2.7
        let chance = Noise.hash(s.seed &+ column &* 17, storey, face &+ 31)
        if storey == 0, face == 0, chance < 0.55 {
            let door = u < 0.5 && v < 2.15
            return door ? Material(albedo: pick(paint, s.seed &+ column, 6) * 0.7) : wall
        }
        if chance > 0.88 { return wall }
        var result = wall
        let low: Float = 0.85, high: Float = 2.15
        if v > low - 0.14, v < low, u < 0.55 { result.albedo = Vector(0.72, 0.66, 0.56) }
        guard v > low, v < high else { return result }
        if u < 0.36 {
            let pane = min(abs(u - 0.02), abs(v - 1.55)) < 0.045 || u > 0.31 || v > high - 0.07
            let lit = chance < 0.2
            // Darker under the lintel: the glass lies back in the wall.
            let recess = smoothstep(high, high - 0.5, v)
            result =
                pane
                ? Material(albedo: Vector(0.55, 0.50, 0.43) * (0.5 + 0.5 * recess))
                : Material(
                    albedo: mix(Vector(0.02, 0.03, 0.045), Vector(0.10, 0.14, 0.19), recess * (v - low)),
                    glow: lit ? Vector(1.35, 0.74, 0.26) * (0.6 + 0.4 * recess) : Vector(repeating: 0), shine: 0.4)
        } else if u < 0.74, chance < 0.75 {
            let slats = 0.82 + 0.3 * (Noise.value(v * 9, u) - 0.5) * smoothstep(0.14, 0.05, footprint)
            result.albedo = pick(paint, s.seed, 6) * slats * 1.3
        }
        return result
    }

    /// Clay roof tiles in courses; every tile a shade of its own.
    private static func tiles(_ s: Solid, _ q: Vector, _ p: Vector, _ footprint: Float) -> Material {
        let course = abs(q.z) * 2.6, place = q.x * 2.2
        let tile = Noise.hash(Noise.floor(place), Noise.floor(course), s.seed)
        let detail = smoothstep(0.30, 0.06, footprint)
        let edge = course - Float(Noise.floor(course))
        let gully = abs(place - Float(Noise.floor(place)) - 0.5)
        let relief = 1 - detail * (0.42 * smoothstep(0.75, 1, edge) + 0.5 * smoothstep(0.32, 0.5, gully))
        let age = Noise.fractal(p.x * 0.8, p.z * 0.8, octaves: 3, seed: 8)
        let clay = mix(Vector(0.50, 0.20, 0.10), Vector(0.66, 0.36, 0.20), tile * 0.6 * detail + age * 0.5)
        return Material(albedo: clay * relief * (0.8 + 0.35 * Noise.hash(s.seed, 9)))
    }

    private static func tower(_ s: Solid, _ q: Vector, _ n: Vector, _ p: Vector, _ footprint: Float) -> Material {
        if q.y > s.size.y + 0.15 { return tiles(s, Vector(q.x, q.y, q.y), p, footprint) }
        let across = abs(n.z) > abs(n.x) ? q.x : q.z
        var wall = stone(p, n)
        wall.albedo = mix(wall.albedo, Vector(0.80, 0.66, 0.48), 0.7)
        let arch = q.y - s.size.y + 3.4
        let opening = abs(across) < 0.95 && (arch < 0.9 ? arch > -1.1 : length(across, arch - 0.9) < 0.95)
        let slit = abs(across) < 0.22 && abs(q.y - s.size.y * 0.5) < 0.8
        let clock = length(across, q.y - s.size.y + 7) < 0.85
        if opening || slit { return Material(albedo: Vector(0.05, 0.04, 0.045)) }
        if clock { return Material(albedo: Vector(0.85, 0.82, 0.72)) }
        return wall
    }

    /// Coursed blocks with joints and weathering; weed at the waterline.
    static func stone(_ p: Vector, _ n: Vector) -> Material {
        let row = Noise.floor(p.y / 0.55)
        let along = (p.x + p.z * 0.3) / 1.1 + (row & 1 == 0 ? 0.5 : 0)
        let top = n.y > 0.7
        let block =
            top
            ? Noise.hash(Noise.floor(p.x / 1.2), Noise.floor(p.z / 0.9), 3)
            : Noise.hash(Noise.floor(along), row, 4)
        let weather = Noise.fractal(p.x * 0.9 + p.y, p.z * 0.9 + p.y * 0.7, octaves: 4, seed: 15)
        var colour = mix(Vector(0.30, 0.26, 0.22), Vector(0.52, 0.46, 0.38), weather * 0.8 + block * 0.35 - 0.1)
        if !top {
            let joint = min(abs(p.y / 0.55 - Float(row)), abs(along - Float(Noise.floor(along))))
            colour *= 0.6 + 0.4 * smoothstep(0.02, 0.12, joint)
        }
        let weed = smoothstep(0.75, 0.2, p.y + weather * 0.5)
        return Material(albedo: mix(colour, Vector(0.05, 0.07, 0.035), weed * 0.85))
    }

    private static func lighthouse(_ s: Solid, _ q: Vector, _ p: Vector) -> Material {
        if q.y > s.size.y + 0.14, q.y < s.size.y + 1.7 {
            return Material(albedo: Vector(0.3, 0.3, 0.3), glow: Vector(2.6, 1.9, 0.9))
        }
        let stain = 0.82 + 0.26 * Noise.fractal(p.x * 2 + p.z, p.y * 0.8, octaves: 3, seed: 2)
        let band = Noise.floor(q.y / 2.1) & 1 == 0 && q.y < s.size.y
        let red = band || q.y >= s.size.y - 0.14
        return Material(albedo: (red ? Vector(0.62, 0.10, 0.07) : Vector(0.86, 0.82, 0.74)) * stain)
    }

    private static func foliage(_ s: Solid, _ q: Vector, _ p: Vector) -> Material {
        if q.y < s.roof, length(q.x, q.z) < 0.3 { return Material(albedo: Vector(0.16, 0.10, 0.06)) }
        let leaf = Noise.value(p * 5.5) * 0.6 + Noise.value(p * 1.9) * 0.4
        let tone = s.kind == .cypress ? Vector(0.035, 0.075, 0.035) : Vector(0.085, 0.125, 0.03)
        let warm = Vector(0.13, 0.13, 0.035)
        let inside = 0.45 + 0.75 * leaf
        return Material(albedo: mix(tone, warm, Noise.hash(s.seed, 8) * 0.55) * inside * 1.25)
    }

    static func actor(_ a: Actor, _ p: Vector, _ normal: Vector) -> Material {
        let q = a.into(p)
        if a.kind == .gull {
            let tip = smoothstep(0.62, 0.9, abs(q.z) / a.size)
            return Material(albedo: mix(Vector(0.86, 0.86, 0.86), Vector(0.12, 0.12, 0.14), tip))
        }
        let rim = a.sheer(q.x)
        let wood = Vector(0.36, 0.22, 0.11) * (0.7 + 0.5 * Noise.value(q.x * 1.5, q.z * 14))
        if q.y > rim + 0.12 { return rig(a, q, wood) }
        if normal.y > 0.6 || q.y > rim - 0.1 { return Material(albedo: wood) }
        let colours = [
            Vector(0.10, 0.30, 0.46), Vector(0.72, 0.70, 0.64), Vector(0.55, 0.10, 0.07), Vector(0.10, 0.34, 0.26),
            Vector(0.80, 0.52, 0.14),
        ]
        var hull = colours[Int(a.seed * 3 + 1) % colours.count]
        let stripe = q.y > rim - 0.3 && q.y < rim - 0.18
        if stripe { hull = Vector(0.86, 0.82, 0.72) }
        if q.y < 0.1 { hull = Vector(0.24, 0.07, 0.05) }
        let planks = 0.86 + 0.14 * smoothstep(0.0, 0.14, abs(q.y * 5 - Float(Noise.floor(q.y * 5)) - 0.5))
        return Material(albedo: hull * planks, shine: 0.25)
    }

    /// Cabin, mast and sails.
    private static func rig(_ a: Actor, _ q: Vector, _ wood: Vector) -> Material {
        if a.kind == .sailing {
            let seam = abs(q.y * 0.9 - Float(Noise.floor(q.y * 0.9)) - 0.5) > 0.47
            let cloth = a.seed % 4 == 2 ? Vector(0.86, 0.80, 0.68) : Vector(0.72, 0.30, 0.16)
            return abs(q.x - a.size * 0.16) < 0.1 && abs(q.z) < 0.1
                ? Material(albedo: wood) : Material(albedo: cloth * (seam ? 0.8 : 1))
        }
        let cabin = q.x < a.size * 0.05
        guard cabin else { return Material(albedo: wood * 0.8) }
        let height = q.y - a.freeboard
        let glass = height > 0.7 && height < 1.15 && Noise.floor(q.x * 2.2 + q.z * 1.6) & 1 == 0
        return glass
            ? Material(albedo: Vector(0.06, 0.09, 0.12), shine: 0.6) : Material(albedo: Vector(0.82, 0.78, 0.70))
    }
}
