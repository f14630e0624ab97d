/// The instance norm (Ulyanov et al. 2016) that a layer applies as it loads the map before it:
/// (x - mean) / sqrt(variance + 1e-5) * weight + bias, as one multiply and one addition. `NoiseFloor` says what counts as
/// variance.
final class NativeNorm {
    /// One a channel, read by the kernels.
    let scale, shift: UnsafeMutablePointer<Float>

    private let channels: Int
    private let moments: UnsafeMutablePointer<Moments>
    private let floor: NoiseFloor
    private let readsFrame: Bool
    private let needsRange: Bool
    private let relu: Bool
    private let gain: [Float]?
    private let offset: [Float]?

    /// Largest int16 that a loaded value becomes, a little under what the weights were scaled for.
    private static let largestOperand: Float = 8180

    /// - Parameter floor: Of the outputs that the layer loads.
    init(layer: NativeGraph.Layer, model: Model, floor: NoiseFloor) {
        self.floor = floor
        channels = layer.convolution.inputs
        relu = layer.inputReLU
        readsFrame = layer.kernel.readsFrame
        needsRange = layer.kernel.needsRange
        gain = layer.inputNorm.map { model["\($0).weight"] }
        // A convolution's own bias is lost in the norm's mean; it counts where there is no norm.
        offset = layer.inputNorm.map { model["\($0).bias"] } ?? layer.inputBias.map { model[$0] }
        scale = .allocate(capacity: channels)
        shift = .allocate(capacity: channels)
        moments = .allocate(capacity: channels)
        scale.initialize(repeating: 1, count: channels)
        shift.initialize(repeating: 0, count: channels)
        moments.initialize(repeating: Moments(), count: channels)
    }

    deinit {
        scale.deallocate()
        shift.deallocate()
        moments.deallocate()
    }

    /// Sets scale and shift from the sums over `pixels` values a channel.
    /// - Returns: The factor that brings the largest loaded value to the int16 kernels' range; 1 for the frame's bytes, and
    ///   where the kernels find their own.
    func fold(_ statistics: NativeStatistics, pixels: Int) -> Float {
        guard !readsFrame else { return 1 }
        var largest: Float = 0, meanSquare = 0.0
        if gain != nil {
            for c in 0..<channels {
                moments[c] = statistics.moments(c, pixels: pixels)
                meanSquare += moments[c].meanSquare / Double(channels)
            }
        }
        for c in 0..<channels {
            if let gain {
                let factor = floor.factor(Double(gain[c]), moments[c], meanSquare: meanSquare)
                scale[c] = Float(factor)
                shift[c] = Float(Double(offset?[c] ?? 0) - moments[c].mean * factor)
            } else {
                shift[c] = offset?[c] ?? 0
            }
            guard needsRange else { continue }
            let (least, most) = statistics.range(c)
            let ends = (least * scale[c] + shift[c], most * scale[c] + shift[c])
            largest = relu ? max(largest, ends.0, ends.1) : max(largest, abs(ends.0), abs(ends.1))
        }
        return largest > 0 && largest.isFinite ? Self.largestOperand / largest : 1
    }
}
