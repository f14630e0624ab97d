import CKernels
import Network

/// Keeps a painted video from boiling: where the scene stays as it was, most of the last painting stays too, moved along
/// with the camera.
///
/// A recursive filter along the camera's motion, as video noise reduction and temporal antialiasing use (Karis 2014, "High
/// quality temporal supersampling"): painting(t) = share x network(t) + (1 - share) x painting(t - 1) moved, with a share
/// of 1 where the scene changed, and everywhere while it fades. The kernels count in integers, so that no instruction set gives
/// another painting.
///
/// Used by one thread at a time; that makes it safe to send.
public final class TemporalFilter: @unchecked Sendable {
    let width: Int
    let height: Int
    private let kernels: tmp_steady_kernels
    private let pool: ThreadPool
    private let motion: CameraMotion
    private let moved: BlockDifferences
    private let still: BlockDifferences
    private let changes: ChangeMap
    private var before: LuminancePyramid
    private var now: LuminancePyramid
    /// The last painting as it came out.
    private var last: PixelBuffer?
    private let scratch: UnsafeMutableRawPointer
    private let scratchBytes: Int
    /// Levels by which all of a scene grows brighter or darker in a fade. A network answers that with other strokes every
    /// time, and their mixture would be mud.
    private static let fade = 2
    /// Rows that one thread mixes at a time.
    private static let stripe = 16

    /// - Parameters:
    ///   - width, height: Of the scene and of the painting.
    ///   - pool: Its threads share the work.
    /// - Throws: `NetworkError` for a bad `TEMPERA_ISA`.
    public convenience init(width: Int, height: Int, pool: ThreadPool) throws(NetworkError) {
        let isa = try InstructionSet.mask()?.wholeTables ?? tmp_isa_available()
        self.init(width: width, height: height, pool: pool, isa: isa)
    }

    /// - Parameter isa: That this CPU has; the portable kernels in place of others.
    init(width: Int, height: Int, pool: ThreadPool, isa: tmp_isa) {
        kernels = (tmp_steady_for(isa) ?? tmp_steady_any()).pointee
        self.pool = pool
        (self.width, self.height) = (width, height)
        motion = CameraMotion(kernels: kernels, pool: pool)
        before = LuminancePyramid(width: width, height: height, kernels: kernels)
        now = LuminancePyramid(width: width, height: height, kernels: kernels)
        moved = BlockDifferences(now.levels[0], kernels: kernels, pool: pool)
        still = BlockDifferences(now.levels[0], kernels: kernels, pool: pool)
        changes = ChangeMap(rows: still.rows, columns: still.columns)
        scratchBytes = (kernels.mix_scratch(Int32(width)) + 63) / 64 * 64
        scratch = .allocate(byteCount: scratchBytes * pool.threads, alignment: 64)
    }

    deinit { scratch.deallocate() }

    /// Mixes the last painting into `painted`, the network's painting of `scene`. It must not change afterwards: it is the
    /// next one's last.
    public func apply(to painted: PixelBuffer, scene: PixelBuffer) {
        now.fill(from: scene, pool)
        if let last, abs(now.brightening(since: before)) < Self.fade {
            mix(last, into: painted, shift: findChanges())
        }
        keep(painted)
    }

    /// Returns by how much the camera moved, in pixels.
    private func findChanges() -> SIMD2<Double> {
        let shift = motion.shift(from: before, to: now)
        still.fill(from: before.levels[0], to: now.levels[0])
        if shift != .zero {
            moved.fill(from: before.levels[0], to: now.levels[0], shift: shift / 2)
            if moved.showsCameraMotion(against: still) {
                changes.fill(moved, speed: (shift * shift).sum().squareRoot())
                return shift
            }
        }
        changes.fill(still, speed: 0)
        return .zero
    }

    /// Goes on from a painting that is finished.
    public func resume(after painted: PixelBuffer, scene: PixelBuffer) {
        now.fill(from: scene, pool)
        keep(painted)
    }

    /// The next frame is the first again.
    func forget() { last = nil }

    private func keep(_ painted: PixelBuffer) {
        last = painted
        swap(&before, &now)
    }

    private func mix(_ last: PixelBuffer, into painted: PixelBuffer, shift: SIMD2<Double>) {
        let mixture = tmp_mixture(
            fresh: painted.kernelFrame, last: last.kernelFrame, shift: tmp_shift(shift), shares: changes.shares,
            blocks_x: Int32(changes.columns), blocks_y: Int32(changes.rows))
        let stripes = Stripes(of: painted.height, rows: Self.stripe)
        let (kernels, scratch, scratchBytes) = (kernels, scratch, scratchBytes)
        pool.run(stripes.count) { stripe, worker in
            var mixture = mixture
            let rows = stripes[stripe]
            kernels.mix(&mixture, Int32(rows.lowerBound), Int32(rows.upperBound), scratch + worker * scratchBytes)
        }
    }
}
