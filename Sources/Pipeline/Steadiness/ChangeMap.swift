import CKernels

/// What changed in a scene from one frame to the next, camera motion aside: how much of the new painting each block needs.
///
/// Used by one thread at a time; that makes it safe to send.
final class ChangeMap: @unchecked Sendable {
    let columns: Int
    let rows: Int
    /// `rows` x `columns`, 0…TMP_SHARE_UNIT.
    let shares: UnsafeMutablePointer<UInt8>
    private var levels: [Int]

    /// Of the new painting where nothing changes. Before a camera that stands, flicker is averaged over some three frames.
    /// Where it moves, strokes of a network do not quite go along with the scene: an average of many would be soft, and the
    /// eye, which follows the scene, sees that sooner than flicker.
    private static let least = (standing: 0.3, moving: 0.8)
    /// Pixels a frame.
    private static let moving = 0.5
    /// Levels that noise may make of the difference; the quietest third of the blocks tells how much it is.
    private static let noise = 0.5...6.0
    private static let quiet = 0.3
    /// A difference that noise and a motion of a fraction of a pixel explain is no change.
    private static let noiseShare = 1.5
    private static let gradientShare = 0.12
    /// Where more than this changes, it is another scene.
    private static let cut = 0.6
    /// The histogram's bins a level.
    private static let bins = 8

    init(rows: Int, columns: Int) {
        (self.rows, self.columns) = (rows, columns)
        shares = .allocate(capacity: rows * columns)
        shares.initialize(repeating: 0, count: rows * columns)
        levels = [Int](repeating: 0, count: 256 * Self.bins)
    }

    deinit { shares.deallocate() }

    /// - Parameters:
    ///   - blocks: Of as many rows and columns.
    ///   - speed: Of the camera, in pixels a frame.
    func fill(_ blocks: BlockDifferences, speed: Double) {
        let noise = noiseLevel(blocks)
        let least = Self.least.standing + (Self.least.moving - Self.least.standing) * min(1, speed / Self.moving)
        var changed = 0
        for row in 0..<rows {
            for column in 0..<columns {
                let explained = Self.noiseShare * noise + Self.gradientShare * around(blocks.gradients, row, column)
                let excess = around(blocks.differences, row, column) / Double(TMP_LEVEL_UNIT) / explained - 1
                let share = min(1, least + max(0, excess) * (1 - least))
                if share == 1 { changed += 1 }
                shares[row * columns + column] = UInt8(share * Double(TMP_SHARE_UNIT) + 0.5)
            }
        }
        if Double(changed) > Self.cut * Double(rows * columns) {
            shares.update(repeating: UInt8(TMP_SHARE_UNIT), count: rows * columns)
        }
    }

    /// The mean over a block's pixels and, half as much, over its neighbours'.
    private func around(_ sums: UnsafePointer<UInt16>, _ row: Int, _ column: Int) -> Double {
        let (left, right) = (max(column - 1, 0), min(column + 1, columns - 1))
        func line(_ row: Int) -> Int {
            let at = sums + row * columns
            return Int(at[left]) + 2 * Int(at[column]) + Int(at[right])
        }
        let sum = line(max(row - 1, 0)) + 2 * line(row) + line(min(row + 1, rows - 1))
        return Double(sum) / Double(16 * TMP_BLOCK * TMP_BLOCK)
    }

    /// Levels by which the quiet part of the scene differs.
    private func noiseLevel(_ blocks: BlockDifferences) -> Double {
        let scale = Int(TMP_BLOCK * TMP_BLOCK * TMP_LEVEL_UNIT), count = rows * columns
        for bin in levels.indices { levels[bin] = 0 }
        for i in 0..<count { levels[Int(blocks.differences[i]) * Self.bins / scale] += 1 }
        let noise = (Double(levels.bin(reaching: Self.quiet) ?? 0) + 0.5) / Double(Self.bins)
        return min(max(noise, Self.noise.lowerBound), Self.noise.upperBound)
    }
}
