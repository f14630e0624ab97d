import CKernels
import Network

/// By how much each block of a scene differs from the frame before, moved, and how much it has to show.
///
/// Used by one thread at a time; that makes it safe to send.
final class BlockDifferences: @unchecked Sendable {
    let columns: Int
    let rows: Int
    private let kernels: tmp_steady_kernels
    private let pool: ThreadPool
    /// Sums over the pixels of a block: `rows` x `columns`, in TMP_LEVEL_UNIT.
    let differences: UnsafeMutablePointer<UInt16>
    /// The same of the gradient, in levels a pixel.
    let gradients: UnsafeMutablePointer<UInt16>

    /// Regions a side that a frame is divided into to see how much of it moves.
    private static let regions = 4
    /// Of a region's difference, to tell one motion from another.
    private static let clear = 0.9
    /// Blocks of a region that must say so.
    private static let share = 0.125
    /// Regions that must move for the camera to be what moves.
    private static let enough = 6

    /// Rows that one thread compares at a time.
    private static let stripe = 4 * Int(TMP_BLOCK)

    /// - Parameter plane: The largest one of a pyramid.
    init(_ plane: tmp_plane, kernels: tmp_steady_kernels, pool: ThreadPool) {
        self.kernels = kernels
        self.pool = pool
        columns = Int(plane.width / TMP_BLOCK)
        rows = Int(plane.height / TMP_BLOCK)
        differences = .allocate(capacity: rows * columns)
        differences.initialize(repeating: 0, count: rows * columns)
        gradients = .allocate(capacity: rows * columns)
        gradients.initialize(repeating: 0, count: rows * columns)
    }

    deinit {
        differences.deallocate()
        gradients.deallocate()
    }

    /// - Parameter shift: Of the camera, in pixels of the planes.
    func fill(from before: tmp_plane, to now: tmp_plane, shift: SIMD2<Double> = .zero) {
        let stripes = Stripes(of: Int(now.height), rows: Self.stripe)
        let (kernels, differences, gradients) = (kernels, differences, gradients)
        pool.run(stripes.count) { stripe, _ in
            var (now, before) = (now, before)
            let rows = stripes[stripe]
            kernels.changes(
                &now, &before, tmp_shift(shift), Int32(rows.lowerBound), Int32(rows.upperBound), differences, gradients)
        }
    }

    /// Whether the shift that this was filled with explains more than standing still does, and all over the frame: one large
    /// thing that moves before a plain wall does not make the wall move.
    func showsCameraMotion(against still: BlockDifferences) -> Bool {
        let n = Self.regions
        // A column of a block that the frame before does not show, or as bad.
        let unseen = UInt16(255 * TMP_LEVEL_UNIT * TMP_BLOCK)
        var (moving, standing) = (0, 0)
        for region in 0..<n * n {
            let (top, left) = (region / n, region % n)
            var (moved, stayed, better, blocks) = (0, 0, 0, 0)
            for row in top * rows / n..<(top + 1) * rows / n {
                for at in row * columns + left * columns / n..<row * columns + (left + 1) * columns / n
                where differences[at] < unseen {
                    moved += Int(differences[at])
                    stayed += Int(still.differences[at])
                    if 4 * Int(differences[at]) < 3 * Int(still.differences[at]) { better += 1 }
                    blocks += 1
                }
            }
            let isClear = Double(better) > Self.share * Double(blocks)
            if isClear, Double(moved) < Self.clear * Double(stayed) { moving += 1 }
            if Double(stayed) < Self.clear * Double(moved) { standing += 1 }
        }
        return moving >= Self.enough && moving > standing
    }
}
