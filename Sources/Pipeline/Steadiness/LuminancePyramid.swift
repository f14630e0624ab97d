import CKernels
import Network

/// A frame's luminance at half of its sides, a quarter, and so on, for as long as there is something to see. It is smoothed, so that
/// a shift by parts of a pixel hardly changes what a line between two pixels says.
///
/// Used by one thread at a time; that makes it safe to send.
final class LuminancePyramid: @unchecked Sendable {
    /// The largest first.
    let levels: [tmp_plane]
    /// The largest one, not smoothed.
    private let rough: tmp_plane
    private let kernels: tmp_steady_kernels
    private let memory: UnsafeMutablePointer<UInt8>
    /// Rows that one thread turns into luminance at a time.
    private static let stripe = 16

    /// - Parameters:
    ///   - width, height: Of the frames.
    init(width: Int, height: Int, kernels: tmp_steady_kernels) {
        self.kernels = kernels
        var sizes: [(width: Int, height: Int)] = [], next = (width, height)
        repeat {
            next = (Self.half(next.0), Self.half(next.1))
            sizes.append((next.0, next.1))
        } while min(next.0, next.1) >= 32
        let bytes = sizes.reduce(sizes[0].width * sizes[0].height) { $0 + $1.width * $1.height }
        memory = .allocate(capacity: bytes)
        memory.initialize(repeating: 0, count: bytes)
        var planes: [tmp_plane] = [], at = memory
        for size in [sizes[0]] + sizes {
            planes.append(tmp_plane(bytes: at, stride: size.width, width: Int32(size.width), height: Int32(size.height)))
            at += size.width * size.height
        }
        rough = planes[0]
        levels = Array(planes[1...])
    }

    deinit { memory.deallocate() }

    /// Rounded up to whole blocks.
    private static func half(_ side: Int) -> Int {
        let block = Int(TMP_BLOCK)
        return (side + 2 * block - 1) / (2 * block) * block
    }

    /// By how many levels most of the picture is brighter than `other`: the median over the smallest plane.
    func brightening(since other: LuminancePyramid) -> Int {
        let (now, before) = (levels[levels.count - 1], other.levels[levels.count - 1])
        return withUnsafeTemporaryAllocation(of: Int.self, capacity: 511) { counts in
            counts.initialize(repeating: 0)
            for i in 0..<Int(now.width * now.height) { counts[255 + Int(now.bytes[i]) - Int(before.bytes[i])] += 1 }
            return (counts.bin(reaching: 0.5) ?? 255) - 255
        }
    }

    func fill(from frame: PixelBuffer, _ pool: ThreadPool) {
        let (kernels, rough, first, picture) = (kernels, rough, levels[0], frame.kernelFrame)
        let stripes = Stripes(of: Int(first.height), rows: Self.stripe)
        pool.run(stripes.count) { stripe, _ in
            var (frame, plane) = (picture, rough)
            let rows = stripes[stripe]
            kernels.luminance(&frame, &plane, Int32(rows.lowerBound), Int32(rows.upperBound))
        }
        pool.run(stripes.count) { stripe, _ in
            var (from, to) = (rough, first)
            let rows = stripes[stripe]
            kernels.smooth(&from, &to, Int32(rows.lowerBound), Int32(rows.upperBound))
        }
        for (from, to) in zip(levels, levels.dropFirst()) {
            var (from, to) = (from, to)
            kernels.halve(&from, &to)
        }
    }
}
