/// What follows a convolution, on one channel in place: instance norm or bias, ReLU, skip.
///
/// The three passes of the norm (mean, variance, result) run over one channel, which is small enough for a core's cache at
/// ordinary sizes. A bias before an instance norm falls out with the mean and is left out. `NoiseFloor` says what counts as
/// variance; it wants all channels' moments before the first result.
final class ChannelFinish {
    let relu: Bool
    let count: Int
    let map: UnsafeMutablePointer<Float>
    let skip: UnsafeMutablePointer<Float>?
    /// Scale and offset of the norm; without one, scales of 1 and the bias.
    let scale: [Float]
    let offset: [Float]
    let normalises: Bool
    private let measured: UnsafeMutablePointer<Moments>

    init(_ layer: Plan.Layer, plan: Plan, model: Model, maps: UnsafeMutablePointer<Float>) {
        let output = plan.maps[layer.output]
        relu = layer.relu
        count = output.height * output.width
        map = maps + output.offset
        skip = layer.skip.map { maps + plan.maps[$0].offset }
        normalises = layer.norm != nil
        measured = .allocate(capacity: output.channels)
        measured.initialize(repeating: Moments(), count: output.channels)
        if let norm = layer.norm {
            scale = model["\(norm).weight"]
            offset = model["\(norm).bias"]
        } else {
            scale = [Float](repeating: 1, count: output.channels)
            offset = model[layer.convolution.parameters[1].name]
        }
    }

    deinit { measured.deallocate() }

    /// Before the first `run`, on every channel, where it normalises.
    func measure(_ channel: Int) { measured[channel] = moments(map + channel * count) }

    func run(_ channel: Int) {
        let plane = map + channel * count
        var (scale, offset) = (scale[channel], offset[channel])
        if normalises {
            let factor = NoiseFloor.float32.factor(Double(scale), measured[channel], meanSquare: meanSquare)
            offset = Float(Double(offset) - measured[channel].mean * factor)
            scale = Float(factor)
        }
        if let skip {
            let other = skip + channel * count
            for i in 0..<count {
                let value = plane[i] * scale + offset
                plane[i] = (relu ? max(value, 0) : value) + other[i]
            }
        } else {
            for i in 0..<count {
                let value = plane[i] * scale + offset
                plane[i] = relu ? max(value, 0) : value
            }
        }
    }

    /// Over all channels.
    private var meanSquare: Double {
        let channels = scale.count
        return (0..<channels).reduce(0.0) { $0 + measured[$1].meanSquare } / Double(channels)
    }

    /// Mean and biased variance. Sums of short runs are float32 in eight lanes; the runs are added in double.
    private func moments(_ plane: UnsafeMutablePointer<Float>) -> Moments {
        let first = SIMD8<Float>(repeating: plane[0])  // near the mean where the variance is small: sums stay exact
        let mean = Double(plane[0]) + sum(plane) { $0 - first } / Double(count)
        let centre = SIMD8<Float>(repeating: Float(mean))
        let squares = sum(plane) { ($0 - centre) * ($0 - centre) } / Double(count)
        // About the rounded mean instead of the mean.
        let shift = mean - Double(Float(mean))
        return Moments(mean: mean, variance: max(0, squares - shift * shift))
    }

    @inline(__always)
    private func sum(_ plane: UnsafeMutablePointer<Float>, _ term: (SIMD8<Float>) -> SIMD8<Float>) -> Double {
        let raw = UnsafeRawPointer(plane)
        var total = 0.0
        var start = 0
        while start + 8 <= count {
            let end = min(start + 512, count & ~7)
            var lanes = SIMD8<Float>()
            for i in stride(from: start, to: end, by: 8) {
                lanes += term(raw.loadUnaligned(fromByteOffset: 4 * i, as: SIMD8<Float>.self))
            }
            total += Double(lanes.sum())
            start = end
        }
        for i in start..<count { total += Double(term(SIMD8(repeating: plane[i]))[0]) }
        return total
    }
}
