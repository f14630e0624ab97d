/// The name and shape of one tensor that an architecture needs.
public struct ParameterShape: Sendable, Hashable {
    public let name: String
    public let shape: [Int]
}

extension Architecture {
    /// Every tensor of the network, in forward order: weights O,I,H,W; biases and instance-norm parameters C.
    public var parameters: [ParameterShape] {
        blocks.flatMap { block -> [ParameterShape] in
            switch block {
            case .convolution(let c, let norm, _):
                return c.parameters + (norm.map { Self.normParameters($0, channels: c.outputs) } ?? [])
            case .residual(let name, let channels), .plainResidual(let name, let channels):
                return Convolution.residual(name, channels: channels).enumerated().flatMap { i, convolution in
                    convolution.parameters
                        + (block.residualNorm(i + 1).map { Self.normParameters($0, channels: channels) } ?? [])
                }
            }
        }
    }

    private static func normParameters(_ prefix: String, channels: Int) -> [ParameterShape] {
        [ParameterShape(name: "\(prefix).weight", shape: [channels]), ParameterShape(name: "\(prefix).bias", shape: [channels])]
    }
}

extension Convolution {
    /// Weight and bias.
    public var parameters: [ParameterShape] {
        [
            ParameterShape(name: weightName, shape: [outputs, inputs, kernel, kernel]),
            ParameterShape(name: biasName, shape: [outputs]),
        ]
    }
}
