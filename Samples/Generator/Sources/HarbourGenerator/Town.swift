import Glibc

/// Where everything that stands still is put.
enum Town {
    static func build(on terrain: Terrain) -> [Solid] {
        var solids: [Solid] = []
        addQuay(&solids)
        addChurch(&solids, terrain)
        addHouses(&solids, terrain)
        addTrees(&solids, terrain)
        return solids
    }

    /// The angle of the coast at `x`: houses stand along it.
    private static func coastAngle(_ x: Float) -> Float {
        atan2f(Terrain.coast(x + 2) - Terrain.coast(x - 2), 4)
    }

    private static func addQuay(_ solids: inout [Solid]) {
        var seed: Int32 = 0
        for x in stride(from: Float(-74), through: 92, by: 6) {
            let base = Vector(x, 0, Terrain.coast(x) + 2.4)
            solids.append(Solid(.wall, at: base, angle: coastAngle(x), size: Vector(3.4, 1.7, 4.2), seed: seed))
            if seed % 2 == 0 {
                let post = Vector(x, 1.7, Terrain.coast(x) - 0.6)
                solids.append(Solid(.lamp, at: post, angle: 0, size: Vector(0.3, 3.2, 0.3), seed: seed))
            }
            seed += 1
        }
        // The mole, with the lighthouse on its head.
        for step in 0..<9 {
            let base = Vector(-88 + Float(step) * 5.5, 0, 45 - Float(step) * 0.9)
            solids.append(Solid(.wall, at: base, angle: -0.16, size: Vector(3.0, 1.9, 2.2), seed: 900 + Int32(step)))
        }
        let head = Vector(-41, 0, 37.4)
        solids.append(Solid(.wall, at: head, angle: 0.3, size: Vector(4, 2.3, 3.6), seed: 950))
        solids.append(
            Solid(.lighthouse, at: head + Vector(0, 2.3, 0), angle: 0, size: Vector(1.8, 10.5, 1.8), roof: 3, seed: 951)
        )
    }

    private static func addChurch(_ solids: inout [Solid], _ terrain: Terrain) {
        let nave = ground(14, Terrain.coast(14) + 46, terrain)
        solids.append(Solid(.church, at: nave, angle: 0.12, size: Vector(9, 8.5, 4.6), roof: 3.4, seed: 501))
        solids[solids.count - 1].top = nave.y + 17
        let shaft = ground(25.5, Terrain.coast(14) + 43, terrain)
        solids.append(Solid(.tower, at: shaft, angle: 0.12, size: Vector(2.1, 21, 2.1), roof: 5, seed: 502))
    }

    private static func ground(_ x: Float, _ z: Float, _ terrain: Terrain) -> Vector {
        Vector(x, terrain.height(x, z), z)
    }

    private static func addHouses(_ solids: inout [Solid], _ terrain: Terrain) {
        for row in 0..<9 {
            var x: Float = -80 + Float(row % 3) * 2
            var place: Int32 = 0
            while x < 98 {
                let seed = Int32(row) &* 131 &+ place
                let random = { (n: Int32) in Noise.hash(seed, n, 11) }
                let halfWidth = mix(2.3, 3.5, random(1))
                x += halfWidth
                let inland = 11.5 + Float(row) * 9.2 + (row == 0 ? 0.6 : 3) * random(2)
                let angle = coastAngle(x) + (row == 0 ? 0 : 0.5) * (random(3) - 0.5)
                let z = Terrain.coast(x) + inland
                let crowd = row == 0 ? 0.03 : 0.12 + Float(row) * 0.055
                if random(4) > crowd {
                    var base = ground(x, z, terrain)
                    // The front stands lower on the slope than the middle.
                    base.y = min(base.y, terrain.height(x, z - 3)) - 0.1
                    let storeys = row == 0 ? 3 + Float(Int(random(5) * 2.6)) : 2 + Float(Int(random(5) * 2.4))
                    let size = Vector(halfWidth, storeys * 2.7 + 0.5, mix(2.4, 3.4, random(6)))
                    let roof = mix(1.1, 1.9, random(7))
                    solids.append(Solid(.house, at: base, angle: angle, size: size, roof: roof, seed: seed))
                }
                x += halfWidth + (row == 0 ? 0.02 : mix(0.4, 4.5, random(8) * random(8) + Float(row) * 0.03))
                place += 1
            }
        }
        solids = withoutHousesInChurch(solids)
    }

    private static func withoutHousesInChurch(_ solids: [Solid]) -> [Solid] {
        let landmarks = solids.filter { $0.kind == .church || $0.kind == .tower }
        return solids.filter { solid in
            guard solid.kind == .house else { return true }
            return !landmarks.contains {
                length(solid.base.x - $0.base.x, solid.base.z - $0.base.z) < $0.radius + 2.2
            }
        }
    }

    private static func addTrees(_ solids: inout [Solid], _ terrain: Terrain) {
        let buildings = solids.filter { $0.kind != .lamp }
        for index in Int32(0)..<1500 {
            let x = mix(-200, 220, Noise.hash(index, 1, 77))
            let inland = mix(9, 150, Noise.hash(index, 2, 77))
            let z = Terrain.coast(x) + inland
            let base = ground(x, z, terrain) - Vector(0, 0.2, 0)
            // Groves rather than an even sprinkle; none inside a building.
            guard base.y > 2.4, Noise.value(x * 0.05, z * 0.05, seed: 5) > (abs(x) < 85 ? 0.4 : 0.3) else { continue }
            let tall = Noise.hash(index, 3, 77) < 0.45
            let girth = tall ? mix(0.8, 1.25, Noise.hash(index, 4, 77)) : mix(1.3, 2.7, Noise.hash(index, 4, 77))
            guard !buildings.contains(where: { length($0.base.x - x, $0.base.z - z) < $0.radius + girth - 1.0 })
            else { continue }
            let height = tall ? mix(5.5, 10, Noise.hash(index, 5, 77)) : girth * 1.5
            solids.append(
                Solid(
                    tall ? .cypress : .crown, at: base, angle: 0, size: Vector(girth, height, girth),
                    roof: tall ? 0.4 : mix(0.6, 2.6, Noise.hash(index, 6, 77)), seed: index))
        }
    }
}
