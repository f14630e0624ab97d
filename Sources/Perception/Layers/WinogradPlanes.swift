/// Thirty-six matrices, one a position of a transformed tile. Elements are units of four bytes: a float, or a pair of
/// bfloat16 numbers.
struct WinogradPlanes {
    let base: UnsafeMutablePointer<Float>
    /// Units of a row.
    let row: Int
    /// Units from one matrix to the next.
    let plane: Int
    let pairs: Bool

    subscript(position: Int) -> UnsafeMutablePointer<Float> { base + position * plane }

    /// Where the next thing in the same memory may begin.
    var end: UnsafeMutablePointer<Float> { base + 36 * plane }

    /// (tiles, channels) as floats or as pairs of channels.
    init(_ base: UnsafeMutablePointer<Float>, tiles: Int, channels: Int, pairs: Bool = false) {
        row = pairs ? channels / 2 : channels
        plane = Self.padded(tiles * row)
        self.base = base
        self.pairs = pairs
    }

    /// (tiles / 2, channels) as pairs of tiles.
    init(_ base: UnsafeMutablePointer<Float>, tilePairs tiles: Int, channels: Int) {
        row = channels
        plane = Self.padded((tiles + 1) / 2 * channels)
        self.base = base
        pairs = true
    }

    /// Weights (k, n) in panels, as floats or as pairs of rows of k.
    init(weights k: Int, by n: Int, pairs: Bool, in memory: MapMemory) {
        row = 32
        plane = Self.plane(weights: k, by: n, pairs: pairs)
        base = memory.floats(36 * plane)
        self.pairs = pairs
    }

    /// Units from one matrix of weights (k, n) to the next.
    static func plane(weights k: Int, by n: Int, pairs: Bool) -> Int {
        RightMatrix.panelCount(depth: pairs ? k / 2 : k, columns: n)
    }

    /// Not a multiple of 4 KiB, or all 36 would share a few cache sets.
    private static func padded(_ units: Int) -> Int { units + 16 * 5 }

    /// Units to reserve for (tiles, channels) in any layout.
    static func count(_ tiles: Int, _ channels: Int) -> Int { 36 * padded((tiles + 1) * channels) }
}
