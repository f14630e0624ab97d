import Glibc

/// Something that stands still: a vertical object on a turned footprint.
struct Solid {
    enum Kind: UInt8 { case house, tower, church, wall, lighthouse, cypress, crown, lamp }

    var kind: Kind
    /// Middle of the footprint, at the height of the ground there.
    var base: Vector
    var turn: Turn
    /// Half width, height of the walls, half depth.
    var size: Vector
    /// Height of the roof above the walls.
    var roof: Float
    var seed: Int32
    /// Radius of the vertical cylinder about `base` that holds it, and the height that nothing of it exceeds.
    var radius: Float
    var top: Float

    init(_ kind: Kind, at base: Vector, angle: Float, size: Vector, roof: Float = 0, seed: Int32) {
        self.kind = kind
        self.base = base
        turn = Turn(angle)
        self.size = size
        self.roof = roof
        self.seed = seed
        radius = length(size.x, size.z) + 0.6
        top = base.y + size.y + roof + 0.9
    }
}

/// Signed distances (negative inside). Roofs and hulls are bounds: never larger than the true distance by much.
enum Shape {
    @inline(__always) static func box(_ p: Vector, _ half: Vector) -> Float {
        let x = abs(p.x) - half.x, y = abs(p.y) - half.y, z = abs(p.z) - half.z
        let outside = length(Vector(max(x, 0), max(y, 0), max(z, 0)))
        return outside + min(max(x, max(y, z)), 0)
    }

    /// Upright, from `low` to `high`.
    @inline(__always) static func cylinder(_ p: Vector, radius: Float, _ low: Float, _ high: Float) -> Float {
        max(length(p.x, p.z) - radius, max(p.y - high, low - p.y))
    }

    @inline(__always) static func capsule(_ p: Vector, _ a: Vector, _ b: Vector, radius: Float) -> Float {
        let along = b - a, from = p - a
        let t = clamp(dot(from, along) / dot(along, along))
        return length(from - along * t) - radius
    }

    /// Walls down to 6 m below ground (the hill is steep), under a gabled roof with eaves and a chimney.
    @inline(__always) static func house(_ q: Vector, _ s: Solid) -> Float {
        let walls = box(q - Vector(0, s.size.y * 0.5 - 3, 0), Vector(s.size.x, s.size.y * 0.5 + 3, s.size.z))
        let eave = s.size.z + 0.35
        let slope = (abs(q.z) * s.roof + (q.y - s.size.y - s.roof) * eave) / length(s.roof, eave)
        let gable = max(slope, max(s.size.y - 0.12 - q.y, abs(q.x) - s.size.x - 0.22))
        let chimney = box(
            q - Vector(s.size.x * 0.5, s.size.y + s.roof * 0.75, s.size.z * 0.3), Vector(0.3, s.roof * 0.25 + 0.6, 0.3))
        return min(walls, min(gable, chimney))
    }

    /// A square shaft with two cornices under a pyramid.
    @inline(__always) static func tower(_ q: Vector, _ s: Solid) -> Float {
        let shaft = box(q - Vector(0, s.size.y * 0.5 - 3, 0), Vector(s.size.x, s.size.y * 0.5 + 3, s.size.z))
        let rim = Vector(s.size.x + 0.3, 0.18, s.size.z + 0.3)
        let cornice = min(box(q - Vector(0, s.size.y, 0), rim), box(q - Vector(0, s.size.y - 5, 0), rim))
        let side = max(abs(q.x), abs(q.z))
        let spire = (side * s.roof + (q.y - s.size.y - s.roof) * s.size.x) / length(s.roof, s.size.x)
        return min(shaft, min(cornice, max(spire, s.size.y - q.y)))
    }

    /// A nave under a dome on a drum.
    @inline(__always) static func church(_ q: Vector, _ s: Solid) -> Float {
        let nave = house(q, s)
        let ball = length(q - Vector(-s.size.x * 0.35, s.size.y + 2.6, 0)) - 3.2
        let drum = cylinder(q + Vector(s.size.x * 0.35, 0, 0), radius: 3.2, 0, s.size.y + 2.6)
        let lantern = cylinder(q + Vector(s.size.x * 0.35, 0, 0), radius: 0.5, 0, s.size.y + 7)
        return min(min(nave, lantern), min(ball, drum))
    }

    @inline(__always) static func lighthouse(_ q: Vector, _ s: Solid) -> Float {
        let across = length(q.x, q.z)
        let taper = max((across - mix(1.75, 1.05, clamp(q.y / s.size.y))) * 0.98, max(q.y - s.size.y, -q.y - 4))
        let gallery = max(across - 1.6, abs(q.y - s.size.y) - 0.14)
        let lantern = max(across - 0.8, abs(q.y - s.size.y - 0.9) - 0.9)
        let cap = max((across + (q.y - s.size.y - 3.0) * 0.9) * 0.74, s.size.y + 1.75 - q.y)
        return min(min(taper, gallery), min(lantern, cap))
    }

    /// Leaves: an ellipsoid roughened by two scales of bumps.
    @inline(__always) static func foliage(_ p: Vector, _ half: Vector, _ world: Vector) -> Float {
        let scaled = Vector(p.x / half.x, p.y / half.y, p.z / half.z)
        let smooth = (length(scaled) - 1) * min(half.x, half.y)
        if smooth > 0.8 { return smooth - 0.35 }
        return (smooth - 0.5 * Noise.value(world * 1.7) - 0.22 * Noise.value(world * 4.3) + 0.34) * 0.8
    }

    @inline(__always) static func lamp(_ q: Vector, _ s: Solid) -> Float {
        min(cylinder(q, radius: 0.06, -1, s.size.y), length(q - Vector(0, s.size.y + 0.2, 0)) - 0.24)
    }

    /// Distance from the world point `p` to `s`.
    @inline(__always) static func distance(_ p: Vector, to s: Solid) -> Float {
        let q = s.turn.into(p - s.base)
        switch s.kind {
        case .house: return house(q, s)
        case .tower: return tower(q, s)
        case .church: return church(q, s)
        case .wall: return box(q - Vector(0, s.size.y * 0.5 - 2, 0), Vector(s.size.x, s.size.y * 0.5 + 2, s.size.z))
        case .lighthouse: return lighthouse(q, s)
        case .cypress, .crown:
            let trunk = cylinder(q, radius: 0.16, -1, s.roof + 0.4)
            let half = Vector(s.size.x, s.size.y * 0.5, s.size.z)
            return min(trunk, foliage(q - Vector(0, s.roof + half.y, 0), half, p))
        case .lamp: return lamp(q, s)
        }
    }
}
