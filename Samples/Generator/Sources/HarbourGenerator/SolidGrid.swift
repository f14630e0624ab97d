/// Finds the solids near a point: a grid over the ground whose cells list what could be close.
struct SolidGrid: @unchecked Sendable {
    private struct Cell {
        var first: Int32 = 0
        var count: Int32 = 0
        /// No solid that this cell does not list is nearer than this to any point of the cell.
        var clearance: Float = 1e6
        /// No listed solid reaches higher.
        var top: Float = -1e6
    }

    private static let cell: Float = 4
    private static let columns = 112
    private static let rows = 56
    private static let originX: Float = -224
    private static let originZ: Float = 0
    /// Solids nearer than this to a cell are listed in it.
    private static let reach: Float = 3

    // Written once by `init`, never freed: they live as long as the program.
    private let cells: UnsafeMutablePointer<Cell>
    private let entries: UnsafeMutablePointer<Solid>

    init(_ solids: [Solid]) {
        cells = .allocate(capacity: Self.columns * Self.rows)
        var listed: [Solid] = []
        for index in 0..<Self.columns * Self.rows {
            let x = Self.originX + Float(index % Self.columns) * Self.cell
            let z = Self.originZ + Float(index / Self.columns) * Self.cell
            var cell = Cell(first: Int32(listed.count))
            for solid in solids {
                let dx = max(abs(solid.base.x - x - Self.cell / 2) - Self.cell / 2, 0)
                let dz = max(abs(solid.base.z - z - Self.cell / 2) - Self.cell / 2, 0)
                let gap = length(dx, dz) - solid.radius
                if gap < Self.reach {
                    listed.append(solid)
                    cell.count += 1
                    cell.top = max(cell.top, solid.top)
                } else {
                    cell.clearance = min(cell.clearance, gap)
                }
            }
            (cells + index).initialize(to: cell)
        }
        entries = .allocate(capacity: max(listed.count, 1))
        for (index, solid) in listed.enumerated() { (entries + index).initialize(to: solid) }
    }

    /// The cell under `p`; nil outside the grid.
    @inline(__always) private func find(_ p: Vector) -> UnsafeMutablePointer<Cell>? {
        let x = (p.x - Self.originX) * (1 / Self.cell), z = (p.z - Self.originZ) * (1 / Self.cell)
        guard x >= 0, z >= 0, x < Float(Self.columns), z < Float(Self.rows) else { return nil }
        return cells + (Int(z) * Self.columns + Int(x))
    }

    /// A distance no greater than that to the nearest solid, and exact when that is near; at most `limit`.
    @inline(__always) func distance(_ p: Vector, limit: Float) -> Float {
        guard let cell = find(p) else { return min(limit, outside(p)) }
        var best = min(limit, cell.pointee.clearance)
        let above = p.y - cell.pointee.top
        if above > 1.5 { return min(best, above) }
        var entry = entries + Int(cell.pointee.first)
        for _ in 0..<cell.pointee.count {
            let dx = p.x - entry.pointee.base.x, dz = p.z - entry.pointee.base.z
            let near = best + entry.pointee.radius
            if dx * dx + dz * dz < near * near, p.y - entry.pointee.top < best {
                best = min(best, Shape.distance(p, to: entry.pointee))
            }
            entry += 1
        }
        return best
    }

    /// The solid nearest to `p` and its distance.
    func nearest(_ p: Vector) -> (solid: Solid, distance: Float)? {
        guard let cell = find(p) else { return nil }
        var found: (solid: Solid, distance: Float)?
        for index in 0..<Int(cell.pointee.count) {
            let solid = entries[Int(cell.pointee.first) + index]
            let distance = Shape.distance(p, to: solid)
            if distance < found?.distance ?? .infinity { found = (solid, distance) }
        }
        return found
    }

    @inline(__always) private func outside(_ p: Vector) -> Float {
        let endX = Self.originX + Float(Self.columns) * Self.cell, endZ = Self.originZ + Float(Self.rows) * Self.cell
        let dx = max(max(Self.originX - p.x, p.x - endX), 0), dz = max(max(Self.originZ - p.z, p.z - endZ), 0)
        return max(dx, dz) + 0.5
    }
}
