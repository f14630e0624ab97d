/// A convolution over a map of `inputs` channels, padded by `kernel / 2`: with its mirror image about the outermost pixels
/// (reflection), or, after an enlargement, about the map's edge, so that the outermost pixels of the small map count double
/// as all others do. For an enlarged map and a 3x3 kernel the two are the same.
///
/// Weights are O,I,H,W under `weightName`, bias O under `biasName`.
public struct Convolution: Sendable, Hashable {
    public var name: String
    public var inputs: Int
    public var outputs: Int
    /// Side of the square kernel; odd.
    public var kernel: Int
    public var stride: Int
    /// Nearest-neighbour enlargement before the padding: 1 or 2.
    public var upsampling: Int

    public init(_ name: String, _ inputs: Int, _ outputs: Int, kernel: Int, stride: Int = 1, upsampling: Int = 1) {
        self.name = name
        self.inputs = inputs
        self.outputs = outputs
        self.kernel = kernel
        self.stride = stride
        self.upsampling = upsampling
    }

    public var weightName: String { "\(name).conv2d.weight" }
    public var biasName: String { "\(name).conv2d.bias" }

    /// The two of a residual block: 3x3, on `channels` channels.
    public static func residual(_ name: String, channels: Int) -> [Convolution] {
        (1...2).map { Convolution("\(name).conv\($0)", channels, channels, kernel: 3) }
    }

    /// The input coordinate behind `position` of the enlarged and padded line.
    /// - Parameters:
    ///   - position: From `-(kernel / 2)`; 0 is the first enlarged coordinate.
    ///   - length: Of the input.
    public func source(of position: Int, length: Int) -> Int {
        guard upsampling > 1 else { return reflect(position, length) }
        let enlarged = length * upsampling
        let mirrored = position < 0 ? -1 - position : position < enlarged ? position : 2 * enlarged - 1 - position
        return mirrored / upsampling
    }
}

/// One step of a feed-forward image network. An architecture is a list of these.
public enum Block: Sendable, Hashable {
    /// Convolution, then instance norm under the parameter prefix `norm` (if any), then ReLU (if `relu`).
    case convolution(Convolution, norm: String?, relu: Bool)
    /// `x + IN(conv(ReLU(IN(conv(x)))))`, both convolutions 3x3 on `channels` channels.
    /// Parameters: `name.conv1.conv2d`, `name.in1`, `name.conv2.conv2d`, `name.in2`.
    case residual(name: String, channels: Int)
    /// `x + conv(ReLU(conv(x)))`: the same without norms, for networks that must keep a picture's contrast.
    /// Parameters: `name.conv1.conv2d`, `name.conv2.conv2d`.
    case plainResidual(name: String, channels: Int)

    /// The parameter prefix of the norm after a residual block's convolution `number`, 1 or 2; nil for a plain one's.
    func residualNorm(_ number: Int) -> String? { if case .residual(let name, _) = self { "\(name).in\(number)" } else { nil } }
}
