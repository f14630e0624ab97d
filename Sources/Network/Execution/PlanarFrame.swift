/// The ends of an executor whose maps are planes of floats: packed bytes to the first map, the last map to packed bytes.
///
/// Holds the frame being painted, so that the steps of a schedule can be made before there is one.
final class PlanarFrame {
    private let plan: Plan
    private let first: UnsafeMutablePointer<Float>
    private let last: UnsafeMutablePointer<Float>
    private var source: UnsafePointer<UInt8>?
    private var sourceStride = 0
    private var target: UnsafeMutablePointer<UInt8>?
    private var targetStride = 0
    private var values: UnsafeMutablePointer<Float>?

    /// - Parameters:
    ///   - first: 3 x `innerHeight` x `innerWidth`.
    ///   - last: The same, times the architecture's enlargement along each axis.
    init(plan: Plan, first: UnsafeMutablePointer<Float>, last: UnsafeMutablePointer<Float>) {
        self.plan = plan
        self.first = first
        self.last = last
    }

    /// Runs `schedule` from `input` to bytes.
    func paint(_ input: PixelBuffer, into output: PixelBuffer, _ schedule: Schedule, _ pool: ThreadPool) {
        (source, sourceStride, target, targetStride) = (
            UnsafePointer(input.bytes), input.stride, output.bytes, output.stride
        )
        values = nil
        withExtendedLifetime((input, output)) { schedule.run(on: pool) }
    }

    /// Runs `schedule` from `input` to floats.
    func paint(
        _ input: PixelBuffer, into values: UnsafeMutablePointer<Float>, _ schedule: Schedule, _ pool: ThreadPool
    ) {
        (source, sourceStride, self.values) = (UnsafePointer(input.bytes), input.stride, values)
        withExtendedLifetime(input) { schedule.run(on: pool) }
    }

    /// Fills row `y` of the first map.
    func load(row y: Int) {
        guard let source else { return }
        let pixels = source + reflect(y, plan.height) * sourceStride
        let (width, inner) = (plan.width, plan.innerWidth)
        for channel in 0..<3 {
            let row = first + (channel * plan.innerHeight + y) * inner
            for x in 0..<width { row[x] = Float(pixels[3 * x + channel]) }
            for x in width..<inner { row[x] = row[reflect(x, width)] }
        }
    }

    /// Empties row `y` of the last map, without what was added at the right.
    func store(row y: Int) {
        let enlargement = plan.architecture.enlargement, inner = enlargement * plan.innerWidth
        let plane = enlargement * plan.innerHeight * inner
        let row = last + y * inner
        let width = plan.outputWidth
        if plan.architecture.addsPicture, let source {
            let pixels = source + y / enlargement * sourceStride
            for channel in 0..<3 {
                for x in 0..<width { row[channel * plane + x] += Float(pixels[3 * (x / enlargement) + channel]) }
            }
        }
        if let values {
            let target = values + y * width * 3
            for x in 0..<width {
                for channel in 0..<3 { target[3 * x + channel] = row[channel * plane + x] }
            }
        } else if let target {
            let pixels = target + y * targetStride
            for channel in 0..<3 {
                let source = row + channel * plane
                for x in 0..<width { pixels[3 * x + channel] = byte(source[x]) }
            }
        }
    }
}

/// Position `i` of a line of `n` elements continued by reflection that does not repeat the ends.
func reflect(_ i: Int, _ n: Int) -> Int { i < 0 ? -i : i < n ? i : 2 * (n - 1) - i }

/// The nearest byte, ties to even; what is no number becomes 0.
///
/// Adding 1.5·2^23 leaves a float no bits for fractions: the sum is rounded as IEEE 754 does and its low bits are the
/// integer. Much faster than a call of the C library's rounding where the baseline has no instruction for it.
func byte(_ value: Float) -> UInt8 {
    let clamped = value > 0 ? min(value, 255) : 0
    return UInt8(truncatingIfNeeded: (clamped + 12_582_912).bitPattern)
}
