/// All geometry at one moment, and the questions rays ask of it.
struct Scene: @unchecked Sendable {
    let terrain: Terrain
    let grid: SolidGrid
    let time: Float
    private let actors: UnsafeMutablePointer<Actor>
    private let actorCount: Int

    /// What a ray met.
    enum Surface {
        case ground
        case solid(Solid)
        case actor(Actor, bit: UInt32)
    }

    static let farthest: Float = 1000

    /// Call `release()` when the frame is done.
    init(terrain: Terrain, grid: SolidGrid, time: Float) {
        self.terrain = terrain
        self.grid = grid
        self.time = time
        let poses = Fleet.pose(at: time)
        actorCount = poses.count
        actors = .allocate(capacity: max(poses.count, 1))
        actors.initialize(from: poses, count: poses.count)
    }

    func release() { actors.deallocate() }

    /// One bit for each actor that the ray could touch: all others need no look while it marches.
    @inline(__always) func candidates(_ origin: Vector, _ direction: Vector, margin: Float) -> UInt32 {
        var mask: UInt32 = 0
        for index in 0..<actorCount where actors[index].crosses(origin, direction, margin: margin) {
            mask |= 1 << UInt32(truncatingIfNeeded: index)
        }
        return mask
    }

    @inline(__always) func distance(_ p: Vector, _ mask: UInt32) -> Float {
        var best = grid.distance(p, limit: (p.y - terrain.height(p.x, p.z)) * 0.62)
        var rest = mask
        while rest != 0 {
            let actor = actors + rest.trailingZeroBitCount
            let away = p - actor.pointee.position
            let near = best + actor.pointee.radius
            if dot(away, away) < near * near { best = min(best, actor.pointee.distance(p)) }
            rest &= rest &- 1
        }
        return best
    }

    /// How far along the ray the first surface lies; nil when there is none before `limit`.
    func march(_ origin: Vector, _ direction: Vector, from start: Float = 0, limit: Float, steps: Int) -> Float? {
        let mask = candidates(origin, direction, margin: 0.1)
        var t = start
        var d: Float = 0
        for _ in 0..<steps {
            let p = origin + direction * t
            d = distance(p, mask)
            if d < 0.0007 * t + 0.002 { return t }
            t += d
            if t > limit || (p.y > 230 && direction.y > 0) { return nil }
        }
        // Out of steps: a ray that grazes something counts as having met it.
        return d < 0.004 * t ? t : nil
    }

    func surface(at p: Vector) -> Surface {
        var best = p.y - terrain.height(p.x, p.z)
        var found = Surface.ground
        if let near = grid.nearest(p), near.distance < best + 0.05 {
            best = near.distance
            found = .solid(near.solid)
        }
        for index in 0..<actorCount {
            let away = p - actors[index].position
            let reach = actors[index].radius + 0.5
            guard dot(away, away) < reach * reach else { continue }
            let distance = actors[index].distance(p)
            if distance < best {
                best = distance
                found = .actor(actors[index], bit: 1 << UInt32(index))
            }
        }
        return found
    }

    /// The gradient of the distance by four samples at the corners of a tetrahedron.
    func normal(at p: Vector, reach e: Float) -> Vector {
        let mask = UInt32.max >> UInt32(truncatingIfNeeded: 32 - actorCount)
        let a = Vector(1, -1, -1), b = Vector(-1, -1, 1), c = Vector(-1, 1, -1), d = Vector(1, 1, 1)
        let sum =
            a * distance(p + a * e, mask) + b * distance(p + b * e, mask)
            + c * distance(p + c * e, mask) + d * distance(p + d * e, mask)
        let size = length(sum)
        return size > 1e-6 ? sum * (1 / size) : Vector(0, 1, 0)
    }

    /// The share of the sun's disc seen from `p`, 0...1: the narrowest cone that the ray leaves free.
    /// `without` is the bit of an actor that casts none: thin sails and curved hulls would shade themselves in bands.
    func sunlight(at p: Vector, steps: Int, without: UInt32 = 0) -> Float {
        let mask = candidates(p, Sky.sun, margin: 1) & ~without
        var lit: Float = 1
        var t: Float = 0.12
        for _ in 0..<steps {
            let q = p + Sky.sun * t
            let d = distance(q, mask)
            lit = min(lit, 14 * d / t)
            if lit < 0.01 { return 0 }
            t += max(d, 0.06 + t * 0.012)
            if t > 160 || q.y > 105 { break }
        }
        return lit * lit * (3 - 2 * lit)
    }

    /// How open `p` is to the sky, 0...1, from distances along the normal.
    func openness(at p: Vector, _ normal: Vector) -> Float {
        let mask = candidates(p, normal, margin: 2)
        var closed: Float = 0, weight: Float = 0.85
        for reach in [Float(0.25), 0.8, 2.0] as [Float] {
            closed += weight * max(0, reach - distance(p + normal * reach, mask)) / reach
            weight *= 0.62
        }
        return clamp(1 - closed * 0.62)
    }
}
