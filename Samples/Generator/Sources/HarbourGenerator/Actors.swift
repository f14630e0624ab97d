import Glibc

/// Something that moves: a boat or a gull, posed for one frame.
struct Actor {
    enum Kind { case rowing, fishing, sailing, gull }

    var kind: Kind
    var position: Vector
    var turn: Turn
    /// Lean to the side and pitch, as slopes (small).
    var roll: Float
    var pitch: Float
    /// Half the length of a boat; half the span of a gull.
    var size: Float
    /// How high a gull's wings stand, -1...1.
    var beat: Float
    var seed: Int32
    /// A sphere about `position` that holds it.
    var radius: Float

    /// World to local: x ahead, y up, z to the side.
    @inline(__always) func into(_ p: Vector) -> Vector {
        let q = turn.into(p - position)
        return Vector(q.x + q.y * pitch, q.y - q.x * pitch - q.z * roll, q.z + q.y * roll)
    }

    @inline(__always) func distance(_ p: Vector) -> Float {
        let q = into(p)
        switch kind {
        case .gull: return gull(q)
        case .rowing: return hull(q)
        case .fishing: return min(hull(q), min(cabin(q), mast(q, height: size * 1.5, radius: 0.09)))
        case .sailing: return min(hull(q), min(sails(q), mast(q, height: size * 2.7, radius: 0.09)))
        }
    }

    var beam: Float { size * (kind == .sailing ? 0.3 : 0.38) }
    var freeboard: Float { 0.32 + size * 0.16 }

    /// Height of the gunwale at `x`: it rises towards the bow.
    @inline(__always) func sheer(_ x: Float) -> Float {
        let t = x / size
        return freeboard * (1 + 0.28 * t * t + 0.12 * t)
    }

    @inline(__always) private func hull(_ q: Vector) -> Float {
        let t = q.x / size
        let taper = t > 0 ? 1 - t * t : 1 - 0.32 * t * t
        let rim = sheer(q.x)
        let flare = 0.66 + 0.34 * clamp((q.y + 0.5) / (rim + 0.5))
        let side = abs(q.z) - beam * taper * flare
        let shell = max(max(side, q.y - rim), max(abs(q.x) - size, -0.7 - q.y))
        let well = max(max(side + 0.14, rim - 0.38 - q.y), abs(q.x) - size * 0.86)
        return max(shell, -well) * 0.72
    }

    @inline(__always) private func cabin(_ q: Vector) -> Float {
        let p = q - Vector(-size * 0.34, freeboard + 0.55, 0)
        let house = Shape.box(p, Vector(size * 0.22, 0.85, beam * 0.58))
        let roof = Shape.box(p - Vector(0, 0.92, 0), Vector(size * 0.27, 0.08, beam * 0.7))
        return min(house, roof)
    }

    @inline(__always) private func mast(_ q: Vector, height: Float, radius: Float) -> Float {
        let x = size * 0.16
        return Shape.capsule(q, Vector(x, 0, 0), Vector(x, freeboard + height, 0), radius: radius)
    }

    /// Main sail and jib: bellied triangles in the plane of the mast.
    @inline(__always) private func sails(_ q: Vector) -> Float {
        let foot = freeboard + 0.75, head = freeboard + size * 2.6
        let up = clamp((q.y - foot) / (head - foot))
        let mast = size * 0.16
        let belly = size * 0.16 * (1 - up) * up * 2.4
        let aft = size * (0.9 * (1 - up)) + mast
        let main = max(max(mast - aft - (q.x - mast), q.x - mast + 0.1), max(foot - q.y, q.y - head))
        let fore = size * 0.78 * (1 - up * 1.12)
        let jib = max(max(mast + 0.2 - q.x, q.x - mast - fore), max(foot - q.y, q.y - head))
        return max(min(main, jib) * 0.7, abs(q.z - belly) - 0.05) * 0.8
    }

    @inline(__always) private func gull(_ q: Vector) -> Float {
        let body = Shape.capsule(q, Vector(-0.3 * size, 0, 0), Vector(0.3 * size, 0.02, 0), radius: 0.11 * size)
        let side = Vector(q.x, q.y, abs(q.z))
        let elbow = Vector(0.1, 0.16 + 0.2 * beat, 0.45) * size
        let tip = Vector(-0.12, 0.16 + 0.62 * beat - 0.2 * abs(beat), 1) * size
        let inner = Shape.capsule(side, Vector(0.04, 0.05, 0) * size, elbow, radius: 0.06 * size)
        let outer = Shape.capsule(side, elbow, tip, radius: 0.04 * size)
        return min(body, min(inner, outer))
    }

    /// Whether a ray could touch it.
    @inline(__always) func crosses(_ origin: Vector, _ direction: Vector, margin: Float) -> Bool {
        let to = position - origin
        let along = dot(to, direction)
        let reach = radius + margin
        let off = dot(to, to) - along * along
        return off < reach * reach && along > -reach
    }
}

/// Who is on the water and in the air at a given time.
enum Fleet {
    /// The pose of everything at `time` seconds.
    static func pose(at time: Float) -> [Actor] { boats(time) + gulls(time) }

    private static func boats(_ time: Float) -> [Actor] {
        typealias Berth = (kind: Actor.Kind, x: Float, z: Float, angle: Float, size: Float, speed: Float)
        let berths: [Berth] = [
            (.rowing, 19, 13, 2.7, 2.4, 0), (.fishing, 9.5, 26, 2.9, 4.2, 0), (.sailing, -30, 24, 0.22, 4.6, 1.15),
            (.rowing, -4, 31, 0.4, 2.2, 0), (.fishing, 30, 38, -0.5, 3.8, 0), (.rowing, 22, 45, 1.2, 2.3, 0),
            (.sailing, 44, 30, 2.75, 4.2, 0.7), (.fishing, -17, 44, 0.9, 3.6, 0), (.rowing, 3, 50, 2.2, 2.2, 0),
            (.rowing, -30, 52, -0.7, 2.3, 0), (.fishing, 48, 48, 1.7, 3.6, 0),
        ]
        return berths.enumerated().map { index, berth in
            let phase = Float(index) * 1.7
            let ahead = berth.speed * time
            let bob = 0.07 * sinf(time * 1.5 + phase) + 0.03 * sinf(time * 2.7 + phase * 2)
            return Actor(
                kind: berth.kind,
                position: Vector(berth.x + cosf(berth.angle) * ahead, bob, berth.z + sinf(berth.angle) * ahead),
                turn: Turn(berth.angle + 0.03 * sinf(time * 0.6 + phase)),
                roll: 0.05 * sinf(time * 1.3 + phase) + (berth.kind == .sailing ? 0.1 : 0),
                pitch: 0.025 * sinf(time * 1.8 + phase), size: berth.size, beat: 0, seed: Int32(index),
                radius: berth.size * (berth.kind == .sailing ? 3.1 : berth.kind == .fishing ? 1.9 : 1.15))
        }
    }

    private static func gulls(_ time: Float) -> [Actor] {
        (0..<7).map { index in
            let k = Float(index)
            let radius = 9 + 3.5 * k
            let pace = (0.30 - 0.018 * k) * (index % 2 == 0 ? 1 : -1)
            let angle = pace * time + k * 2.4
            let centre = Vector(6 - 5 * k + 2 * time * 0.4, 11 + 1.3 * k, 24 + 4 * k)
            let position = centre + Vector(cosf(angle) * radius, 1.2 * sinf(angle * 2 + k), sinf(angle) * radius * 0.6)
            let heading = atan2f(cosf(angle) * 0.6 * pace, -sinf(angle) * pace)
            // Some strokes, then a glide.
            let effort = smoothstep(-0.3, 0.4, sinf(time * 0.9 + k * 2))
            let beat = mix(0.25, sinf(time * 11 + k), effort * 0.85)
            return Actor(
                kind: .gull, position: position, turn: Turn(heading), roll: pace > 0 ? -0.35 : 0.35, pitch: 0,
                size: 0.85, beat: beat, seed: 100 + Int32(index), radius: 1.15)
        }
    }
}
