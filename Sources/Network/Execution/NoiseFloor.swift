/// How far an instance norm believes a variance.
///
/// A map that ought to be flat is so but for rounding, which differs from place to place: with a Winograd tile's position,
/// at a matrix product's edge. The norm divides by the root of the variance, so that it makes that up to 1 / sqrt(1e-5) = 316
/// times larger, and after a few layers a flat picture has become a regular pattern. Therefore what is left of a variance
/// without the rounding decides: its share is Wiener's gain, 0 where there is nothing but rounding, and 1, but for the last
/// digits, in every picture that has something on it.
///
/// The rounding is that of a sum, which does not get smaller with its result; hence it is stated as a part of the mean
/// square of all the layer's channels. Ten times of the most that flat pictures showed in any layer (fp32 1.3e-13, int16
/// 2.7e-7, bf16 8.6e-6) is counted as such. Channels of photographs have 1e-3 or more in the first layer, 0.05 further on.
public struct NoiseFloor: Sendable {
    /// Of the mean square.
    let share: Double

    public static let float32 = NoiseFloor(share: 1.3e-12)
    static let fixed16 = NoiseFloor(share: 2.7e-6)
    static let bfloat16 = NoiseFloor(share: 8.6e-5)

    /// The part of `variance` that is not rounding, 0…1.
    private func gain(variance: Double, meanSquare: Double) -> Double {
        let floor = share * meanSquare
        return variance > floor ? 1 - floor / variance : 0
    }

    /// What an instance norm (Ulyanov et al. 2016, arXiv:1607.08022) multiplies a channel's distance to its mean by:
    /// weight / sqrt(variance + 1e-5), less what is rounding.
    /// - Parameter meanSquare: Over all channels of the layer's outputs.
    @inline(__always)
    public func factor(_ weight: Double, _ channel: Moments, meanSquare: Double) -> Double {
        weight * gain(variance: channel.variance, meanSquare: meanSquare) / (channel.variance + Moments.epsilon).squareRoot()
    }
}

/// Mean and biased variance of one channel over its pixels.
public struct Moments: Sendable {
    /// Added to a variance by every instance norm here.
    public static let epsilon = 1e-5

    public var mean = 0.0
    public var variance = 0.0

    public init(mean: Double = 0, variance: Double = 0) {
        self.mean = mean
        self.variance = variance
    }

    public var meanSquare: Double { mean * mean + variance }
}
