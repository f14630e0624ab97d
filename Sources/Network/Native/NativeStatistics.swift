import CKernels

/// The sums over one map's pixels that its instance norm needs: a share a chunk, added up in the order of the chunks, so
/// that a picture does not depend on which thread did what.
final class NativeStatistics {
    /// What chunk `i` adds to.
    let shares: [tmp_statistics]
    private var used = 0

    /// Bytes for maps of up to `channels`, in up to `chunks`.
    static func bytes(chunks: Int, channels: Int) -> Int { chunks * shareBytes(channels) }

    // Sum and square sum as doubles, least and most as floats; whole lines, so that threads do not share one.
    private static func shareBytes(_ channels: Int) -> Int { (channels * 24 + 127) / 64 * 64 }

    /// - Parameter memory: `bytes(chunks:channels:)`, 64-byte aligned, that outlives this.
    init(chunks: Int, channels: Int, memory: UnsafeMutableRawPointer) {
        shares = (0..<chunks).map { chunk in
            let base = memory + chunk * Self.shareBytes(channels)
            return tmp_statistics(
                sum: base.bindMemory(to: Double.self, capacity: channels),
                square_sum: (base + 8 * channels).bindMemory(to: Double.self, capacity: channels),
                least: (base + 16 * channels).bindMemory(to: Float.self, capacity: channels),
                most: (base + 20 * channels).bindMemory(to: Float.self, capacity: channels))
        }
    }

    /// Before the first pixel of a map of `channels` in `chunks`.
    func reset(chunks: Int, channels: Int) {
        used = chunks
        for chunk in 0..<chunks {
            let share = shares[chunk]
            share.sum.update(repeating: 0, count: channels)
            share.square_sum.update(repeating: 0, count: channels)
            share.least.update(repeating: .infinity, count: channels)
            share.most.update(repeating: -.infinity, count: channels)
        }
    }

    /// Of channel `c` over `pixels` values.
    func moments(_ c: Int, pixels: Int) -> Moments {
        var sum = 0.0, square = 0.0
        for chunk in 0..<used {
            sum += shares[chunk].sum[c]
            square += shares[chunk].square_sum[c]
        }
        let mean = sum / Double(pixels)
        return Moments(mean: mean, variance: max(0, square / Double(pixels) - mean * mean))
    }

    /// Least and most value of channel `c`.
    func range(_ c: Int) -> (least: Float, most: Float) {
        var least = Float.infinity, most = -Float.infinity
        for chunk in 0..<used {
            least = min(least, shares[chunk].least[c])
            most = max(most, shares[chunk].most[c])
        }
        return (least, most)
    }
}
