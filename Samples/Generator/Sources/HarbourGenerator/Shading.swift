import Glibc

/// The light that arrives along a ray.
struct Shading {
    let scene: Scene
    /// The size of a pixel one metre away, in metres.
    let pixel: Float

    /// What a camera ray sees.
    func look(_ origin: Vector, _ direction: Vector) -> Vector {
        let sea = direction.y < 0 ? -origin.y / direction.y : Float.infinity
        let limit = min(sea, Scene.farthest)
        if let t = scene.march(origin, direction, limit: limit, steps: 150) {
            let p = origin + direction * t
            return Sky.haze(surface(p, direction, distance: t, fine: true), direction, distance: t)
        }
        guard sea < Scene.farthest else { return Sky.colour(direction, time: scene.time) }
        return Sky.haze(water(origin + direction * sea, direction, distance: sea), direction, distance: sea)
    }

    /// Light leaving a solid surface at `p` towards the eye. Reflections skip the costly terms (`fine` false).
    private func surface(_ p: Vector, _ direction: Vector, distance: Float, fine: Bool) -> Vector {
        let footprint = pixel * distance
        var normal: Vector
        let material: Material
        var bit: UInt32 = 0
        switch scene.surface(at: p) {
        case .ground:
            normal = scene.terrain.normal(p.x, p.z, reach: max(0.7, footprint * 1.5))
            let rough = 0.34 * smoothstep(2.5, 0.4, footprint)
            normal = normalize(
                normal + Vector(
                    Noise.value(p.x * 1.1, p.z * 1.1, seed: 61) - 0.5, 0,
                    Noise.value(p.x * 1.1, p.z * 1.1, seed: 62) - 0.5) * rough)
            material = Materials.ground(p, normal, footprint: footprint)
        case .solid(let solid):
            normal = scene.normal(at: p, reach: max(0.012, footprint * 0.35))
            material = Materials.solid(solid, p, normal, footprint: footprint)
        case .actor(let actor, let own):
            bit = own
            normal = scene.normal(at: p, reach: max(0.008, footprint * 0.3))
            material = Materials.actor(actor, p, normal)
        }
        if dot(normal, direction) > 0 { normal = normalize(normal - direction * (dot(normal, direction) * 1.05)) }
        let start = p + normal * (0.03 + footprint * 0.3)
        let facing = dot(normal, Sky.sun)
        let steps = !fine ? 14 : distance > 260 ? 16 : 34
        let lit = facing > 0 ? facing * scene.sunlight(at: start, steps: steps, without: bit) : 0
        let open = fine && distance < 260 ? scene.openness(at: start, normal) : 0.8
        let dome = Sky.ambient * (0.55 + 0.45 * normal.y) * open
        let back = Sky.bounce * clamp(0.55 - 0.35 * normal.y - 0.3 * facing) * (0.35 + 0.65 * open)
        var light = material.albedo * (Sky.sunColour * lit + dome + back) + material.glow
        if material.shine > 0 {
            let glint = clamp(dot(reflect(direction, normal), Sky.sun))
            light += Sky.sunColour * (powf(glint, 40) * lit * material.shine)
            light += Sky.clear(reflect(direction, normal)) * (material.shine * 0.25)
        }
        return light
    }

    private func water(_ p: Vector, _ direction: Vector, distance: Float) -> Vector {
        let normal = Water.normal(p.x, p.z, time: scene.time, footprint: pixel * distance * 1.6)
        var bounce = reflect(direction, normal)
        bounce.y = max(bounce.y, 0.01)
        bounce = normalize(bounce)
        let facing = clamp(-dot(direction, normal))
        let fresnel = 0.02 + 0.98 * powf(1 - facing, 5)
        var mirror = Sky.colour(bounce, time: scene.time, octaves: 4)
        let from = p + Vector(0, 0.02, 0)
        if let t = scene.march(from, bounce, from: 0.05, limit: 420, steps: 60) {
            let hit = from + bounce * t
            mirror = Sky.haze(surface(hit, bounce, distance: distance + t, fine: false), bounce, distance: t)
        }
        let depth = max(0, -scene.terrain.height(p.x, p.z))
        let sunlit = scene.sunlight(at: from, steps: 18)
        let body = Water.body(depth: depth, light: sunlit)
        let glint = powf(clamp(dot(bounce, Sky.sun)), 180) * sunlit
        var light = mix(body, mirror, fresnel) + Sky.sunColour * (glint * 1.6)
        let foam = Water.foam(p.x, p.z, depth: depth, time: scene.time)
        light = mix(light, Vector(0.85, 0.82, 0.80) * (0.35 + 0.75 * sunlit), foam * 0.8)
        return light
    }
}
