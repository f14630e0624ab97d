import Glibc

/// Weights that are few different numbers, so that a model's file packs well.
///
/// The network computes with the rounded weights and the optimiser moves the exact ones by the same gradient, the
/// straight-through estimator (Bengio et al. 2013, arXiv:1308.3432): what rounding costs is learnt away.
struct WeightRounding: Sendable {
    /// About the step between neighbours, in standard deviations of a tensor.
    let step: Float

    /// Nil where there is nothing to round.
    init?(step: Float) {
        guard step > 0 else { return nil }
        self.step = step
    }

    /// Writes the multiples nearest to `values`, one tensor, of the power of two whose logarithm is nearest to that of `step`
    /// deviations; `values` themselves where they do not deviate. Multiples of a power of two, up to its 2048-fold, are exact
    /// in float16, and have most of their bits 0.
    func round(_ values: UnsafeBufferPointer<Float>, into result: UnsafeMutablePointer<Float>) {
        var sum = 0.0, squares = 0.0
        for value in values {
            sum += Double(value)
            squares += Double(value) * Double(value)
        }
        let mean = sum / Double(max(1, values.count))
        let deviation = max(0, squares / Double(max(1, values.count)) - mean * mean).squareRoot()
        let grain = Float(exp2(log2(deviation * Double(step)).rounded()))
        for (i, value) in values.enumerated() {
            result[i] = grain.isNormal ? (value / grain).rounded(.toNearestOrEven) * grain : value
        }
    }
}
