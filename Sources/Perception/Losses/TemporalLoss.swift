import CKernels

/// How far two views of one scene come out different: what is seen as flicker in a video.
///
/// After Gao et al. 2018 ("ReCoNet"), with exact motion in place of an estimate: the painted luminance must change as the
/// scene's does, and the features must stay the same.
final class TemporalLoss {
    /// What a squared step of luminance (0…255) counts against a squared step of a feature.
    private static let luminanceShare: Float = 100

    private let context: TrainingContext
    private let memory = MapMemory()
    /// Luminance and its gradient, one channel, image after image.
    private let planes: UnsafeMutablePointer<Float>
    private let gradients: UnsafeMutablePointer<Float>

    /// - Parameter input: The batch's extent.
    init(input: MapShape, context: TrainingContext) {
        self.context = context
        planes = memory.floats(input.images * input.pixels)
        gradients = memory.floats(input.images * input.pixels)
    }

    /// `weight` times the mean squared difference of luminance over what both views see. Adds its gradient to `gradient`.
    func luminance(_ image: Map, _ pairs: [ViewPair], weight: Float, gradient: Map) -> Double {
        let shape = image.shape, (planes, gradients) = (planes, gradients), luma = SIMD3<Float>.luma
        let weight = weight * Self.luminanceShare / Float(max(1, pairs.count))
        return sum(pairs) { [context] pair in
            for index in [pair.first, pair.second] {
                let from = image.image(index), to = planes + index * shape.pixels
                for i in 0..<shape.pixels {
                    to[i] = luma[0] * from[3 * i] + luma[1] * from[3 * i + 1] + luma[2] * from[3 * i + 2]
                }
                (gradients + index * shape.pixels).update(repeating: 0, count: shape.pixels)
            }
            let (a, b) = (pair.first * shape.pixels, pair.second * shape.pixels)
            for i in 0..<shape.pixels { planes[b + i] -= pair.brightening[i] }
            let loss = context.difference(
                pair.motion, planes + a, planes + b, shape, channels: 1, weight: weight, gradients + a, gradients + b)
            for index in [pair.first, pair.second] {
                let from = gradients + index * shape.pixels, to = gradient.image(index)
                for i in 0..<shape.pixels { for c in 0..<3 { to[3 * i + c] += luma[c] * from[i] } }
            }
            return loss
        }
    }

    /// `weight` times the mean squared difference of features over what both views see, a feature map's pixel standing
    /// for `scale` x `scale` of the image. Adds its gradient to `gradient`.
    func features(_ map: Map, _ pairs: [ViewPair], scale: Int, weight: Float, gradient: Map) -> Double {
        let weight = weight / Float(max(1, pairs.count))
        return sum(pairs) { [context] pair in
            context.difference(
                pair.motion.coarser(by: scale), map.image(pair.first), map.image(pair.second), map.shape,
                channels: map.shape.channels, weight: weight, gradient.image(pair.first), gradient.image(pair.second))
        }
    }

    /// The sum over pairs, which share no image, in their order.
    private func sum(_ pairs: [ViewPair], _ body: @escaping (ViewPair) -> Double) -> Double {
        var losses = [Double](repeating: 0, count: pairs.count)
        losses.withUnsafeMutableBufferPointer { losses in
            guard let losses = losses.baseAddress else { return }
            context.pool.run(pairs.count) { index, _ in losses[index] = body(pairs[index]) }
        }
        return losses.reduce(0, +)
    }
}

extension TrainingContext {
    /// `weight` times the mean over channels and visible pixels of the squared difference of two views.
    fileprivate func difference(
        _ motion: Motion, _ first: UnsafePointer<Float>, _ second: UnsafePointer<Float>, _ shape: MapShape,
        channels: Int,
        weight: Float, _ dFirst: UnsafeMutablePointer<Float>, _ dSecond: UnsafeMutablePointer<Float>
    ) -> Double {
        var motion = motion.kernel
        let (width, height) = (Int32(shape.width), Int32(shape.height))
        let count = kernels.warp_count(&motion, width, height) * Int64(channels)
        guard count > 0 else { return 0 }
        let sum = kernels.warp_difference(
            &motion, first, second, width, height, Int32(channels), 2 * weight / Float(count), dFirst, dSecond)
        return Double(weight) * sum / Double(count)
    }
}
