import Foundation
import Testing

@testable import Network
@testable import Perception

/// Checks `gradient` of `loss` at `x` against a difference quotient: along itself, where a wrong factor shows, and as far
/// along a random direction, where anything does.
func expectSlope(
    _ gradient: Map, at x: ReferenceMap, _ noise: inout SplitMix64, _ loss: (ReferenceMap) -> Double
) {
    let slope = gradient.values.map(Double.init), length = slope.norm, step = 1e-3
    let random = noise.values(slope.count), randomLength = random.norm
    let direction = zip(slope, random).map { $0 / length + $1 / randomLength }
    func moved(_ step: Double) -> ReferenceMap {
        var y = x
        for (i, d) in direction.enumerated() { y.values[i] += step * d }
        return y
    }
    let quotient = (loss(moved(step)) - loss(moved(-step))) / (2 * step)
    let expected = zip(slope, direction).reduce(0) { $0 + $1.0 * $1.1 }
    #expect(
        length > 0 && abs(quotient - expected) <= 1e-3 * length,
        "\(expected) along the gradient, difference quotient \(quotient)")
}

extension [Double] {
    var norm: Double { reduce(0) { $0 + $1 * $1 }.squareRoot() }
}

extension VGG16Weights {
    /// VGG16 of random weights that keep activations about as large as they come in.
    static func random(upTo last: VGG16Layer, _ noise: inout SplitMix64) throws -> VGG16Weights {
        let path = NSTemporaryDirectory() + "tempera-gradient-\(UUID().uuidString).safetensors"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let tensors = VGG16Layer.allCases.filter { $0 <= last }.flatMap { layer in
            let scale = (6 / Double(9 * layer.inputs)).squareRoot()
            return [
                Tensor(
                    name: "conv\(layer.rawValue).weight", shape: [layer.outputs, layer.inputs, 3, 3],
                    values: noise.values(layer.outputs * layer.inputs * 9).map { Float($0 * scale) }),
                Tensor(
                    name: "conv\(layer.rawValue).bias", shape: [layer.outputs],
                    values: noise.values(layer.outputs).map(Float.init)),
            ]
        }
        try SafeTensors.write(tensors, to: path)
        return try VGG16Weights(path: path, upTo: last)
    }
}
