import CKernels
import Network

/// By how much a camera may have moved from one frame to the next: the one shift that explains most of what is seen.
///
/// Coarse to fine: on the smallest plane all shifts up to a few pixels are tried, then Gauss-Newton steps (Lucas and Kanade
/// 1981) find the parts of a pixel, level by level. Pixels that differ by much more than the rest, which are things that
/// move on their own, are left out of the sums.
struct CameraMotion {
    let kernels: tmp_steady_kernels
    /// Its threads share the work; what comes out does not depend on their number.
    let pool: ThreadPool

    /// Pixels of the smallest plane.
    private static let reach = 6
    private static let steps = 3
    /// More pixels than this tell nothing new.
    private static let enough = 100_000
    /// Where the search begins, a shift must explain so much more than standing still does.
    private static let advantage = 0.95
    /// Frame pixels; less is a camera on a tripod, and noise.
    private static let least = 1.0 / 16
    /// Levels.
    private static let limits = 3.0...64.0
    /// Rows that one thread sums at a time.
    private static let stripe = 32

    /// Frame pixels; what `now` shows at x, `before` shows at x + shift.
    func shift(from before: LuminancePyramid, to now: LuminancePyramid) -> SIMD2<Double> {
        let last = now.levels.count - 1
        let first = now.levels.firstIndex { Int($0.width) * Int($0.height) <= Self.enough } ?? last
        func pair(_ level: Int) -> Pair {
            Pair(kernels: kernels, pool: pool, now: now.levels[level], before: before.levels[level])
        }
        var shift = search(pair(last))
        for level in stride(from: last, through: first, by: -1) {
            if level < last { shift *= 2 }
            refine(&shift, pair(level))
        }
        let frame = shift * Double(2 << first)
        return max(abs(frame.x), abs(frame.y)) < Self.least ? .zero : frame
    }

    private func search(_ pair: Pair) -> SIMD2<Double> {
        let reach = min(Self.reach, Int(min(pair.now.width, pair.now.height)) / 4)
        let side = 2 * reach + 1
        func shift(_ index: Int) -> SIMD2<Double> {
            SIMD2(Double(index % side - reach), Double(index / side - reach))
        }
        return withUnsafeTemporaryAllocation(of: Double.self, capacity: side * side) { costs in
            pool.run(side) { row, _ in
                for index in row * side..<(row + 1) * side {
                    costs[index] = pair.rows(0..<Int(pair.now.height), shift(index), limit: Self.limits.upperBound).meanCost
                }
            }
            let still = side * side / 2
            var best = still, least = Self.advantage * costs[still]
            for index in costs.indices where costs[index] < least { (best, least) = (index, costs[index]) }
            return shift(best)
        }
    }

    private func refine(_ shift: inout SIMD2<Double>, _ pair: Pair) {
        var limit = Self.limits.upperBound
        for _ in 0..<Self.steps {
            let sums = pair.sums(shift, limit: limit)
            let (xx, xy, yy) = (Double(sums.xx), Double(sums.xy), Double(sums.yy))
            let determinant = xx * yy - xy * xy
            guard determinant > 1e-3 * xx * yy else { return }
            // Twice the gradient, sixteenths of a level: an eighth of what the sums say.
            let (xr, yr) = (Double(sums.xr) / 8, Double(sums.yr) / 8)
            let step = SIMD2(yy * xr - xy * yr, xx * yr - xy * xr) / determinant
            shift -= step.clamped(lowerBound: SIMD2(repeating: -1), upperBound: SIMD2(repeating: 1))
            limit = min(max(2.5 * sums.meanCost, Self.limits.lowerBound), Self.limits.upperBound)
        }
    }

    /// One level of two frames.
    private struct Pair {
        let kernels: tmp_steady_kernels
        let pool: ThreadPool
        let now: tmp_plane
        let before: tmp_plane

        /// - Parameters:
        ///   - shift: Pixels of this level.
        ///   - limit: Levels.
        func sums(_ shift: SIMD2<Double>, limit: Double) -> tmp_shift_sums {
            let stripes = Stripes(of: Int(now.height), rows: CameraMotion.stripe)
            return withUnsafeTemporaryAllocation(of: tmp_shift_sums.self, capacity: stripes.count) { parts in
                pool.run(stripes.count) { stripe, _ in
                    parts[stripe] = rows(stripes[stripe], shift, limit: limit)
                }
                return parts.reduce(into: tmp_shift_sums()) { $0 += $1 }
            }
        }

        func rows(_ rows: Range<Int>, _ shift: SIMD2<Double>, limit: Double) -> tmp_shift_sums {
            var (now, before) = (now, before)
            return kernels.shift_sums(
                &now, &before, tmp_shift(shift), Int32(limit * Double(TMP_LEVEL_UNIT)), Int32(rows.lowerBound),
                Int32(rows.upperBound))
        }
    }
}

extension tmp_shift {
    /// - Parameter pixels: Of the plane that is shifted; far outside of it is nowhere.
    init(_ pixels: SIMD2<Double>) {
        let parts = (pixels * Double(TMP_SHIFT_UNIT)).rounded(.toNearestOrAwayFromZero)
            .clamped(lowerBound: SIMD2(repeating: -1e8), upperBound: SIMD2(repeating: 1e8))
        self.init(dx: Int32(parts.x), dy: Int32(parts.y))
    }
}

extension tmp_shift_sums {
    fileprivate static func += (sum: inout tmp_shift_sums, part: tmp_shift_sums) {
        sum.xx += part.xx
        sum.xy += part.xy
        sum.yy += part.yy
        sum.xr += part.xr
        sum.yr += part.yr
        sum.cost += part.cost
        sum.pixels += part.pixels
    }

    /// Levels a pixel; without pixels more than any other.
    fileprivate var meanCost: Double {
        pixels > 0 ? Double(cost) / Double(pixels) / Double(TMP_LEVEL_UNIT) : .infinity
    }
}
