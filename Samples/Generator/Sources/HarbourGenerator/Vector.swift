import Glibc

/// A point, direction or linear-light colour. World units are metres; y is up, and the sea lies at y = 0.
typealias Vector = SIMD3<Float>

@inline(__always) func dot(_ a: Vector, _ b: Vector) -> Float { a.x * b.x + a.y * b.y + a.z * b.z }
@inline(__always) func length(_ a: Vector) -> Float { dot(a, a).squareRoot() }
@inline(__always) func length(_ x: Float, _ y: Float) -> Float { (x * x + y * y).squareRoot() }
@inline(__always) func normalize(_ a: Vector) -> Vector { a * (1 / length(a)) }

@inline(__always) func cross(_ a: Vector, _ b: Vector) -> Vector {
    Vector(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x)
}

/// `direction` mirrored at a surface with unit normal `normal`.
@inline(__always) func reflect(_ direction: Vector, _ normal: Vector) -> Vector {
    direction - normal * (2 * dot(direction, normal))
}

@inline(__always) func clamp(_ x: Float, _ low: Float = 0, _ high: Float = 1) -> Float { min(max(x, low), high) }
@inline(__always) func mix(_ a: Float, _ b: Float, _ t: Float) -> Float { a + (b - a) * t }
@inline(__always) func mix(_ a: Vector, _ b: Vector, _ t: Float) -> Vector { a + (b - a) * t }

/// 0 below `low`, 1 above `high`, a smooth cubic between them.
@inline(__always) func smoothstep(_ low: Float, _ high: Float, _ x: Float) -> Float {
    let t = clamp((x - low) / (high - low))
    return t * t * (3 - 2 * t)
}

/// A turn about the vertical axis.
struct Turn {
    var cosine: Float
    var sine: Float

    init(_ radians: Float) {
        cosine = cosf(radians)
        sine = sinf(radians)
    }

    /// World to local.
    @inline(__always) func into(_ p: Vector) -> Vector {
        Vector(cosine * p.x + sine * p.z, p.y, cosine * p.z - sine * p.x)
    }

    /// Local to world.
    @inline(__always) func out(_ p: Vector) -> Vector {
        Vector(cosine * p.x - sine * p.z, p.y, cosine * p.z + sine * p.x)
    }
}
