/// One way to run a planned network.
protocol Executor: AnyObject {
    /// Bytes taken for maps, scratch and packed weights; what the plan said.
    var bytes: Int { get }
    /// Of the last frame, in forward order.
    var layerTimings: [LayerTiming] { get }
    /// For other resolutions of the same model; nil where the engine packs none.
    var packed: PackedWeights? { get }
    /// Rounds to the nearest byte and clamps.
    func paint(_ input: PixelBuffer, into output: PixelBuffer)
    /// The network's own numbers, neither rounded nor clamped: height x width x 3 of the output.
    func paint(_ input: PixelBuffer, into values: UnsafeMutablePointer<Float>)
}

extension Executor {
    var packed: PackedWeights? { nil }
}

/// What one layer took.
public struct LayerTiming: Sendable {
    public let name: String
    public internal(set) var seconds: Double
    /// Multiplications and additions of the layer as the architecture states it, whatever shortcut computed it.
    public let flops: Double
    /// Multiplications and additions that the kernels really do: fewer than `flops` where a shortcut saves some.
    public let executed: Double

    public init(name: String, seconds: Double, flops: Double, executed: Double? = nil) {
        self.name = name
        self.seconds = seconds
        self.flops = flops
        self.executed = executed ?? flops
    }
}
