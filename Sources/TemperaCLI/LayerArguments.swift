import ArgumentParser
import Tempera

/// `conv4_1`, `relu4_1` or `4_1`.
struct LayerArgument: ExpressibleByArgument {
    let layer: VGG16Layer

    init?(argument: String) {
        let name = ["conv", "relu"].first { argument.hasPrefix($0) }.map { argument.dropFirst($0.count) } ?? argument[...]
        guard let layer = VGG16Layer(rawValue: String(name)) else { return nil }
        self.layer = layer
    }

    static let allValueStrings = VGG16Layer.allCases.map { "conv\($0.rawValue)" }
}

/// `conv1_1,conv2_1`: layers, each with a weight where one stands after `=`.
struct LayerListArgument: ExpressibleByArgument {
    let layers: [(layer: VGG16Layer, weight: Float)]

    init?(argument: String) {
        var layers: [(layer: VGG16Layer, weight: Float)] = []
        for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
            let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = sides.first, let layer = LayerArgument(argument: String(name))?.layer,
                !layers.contains(where: { $0.layer == layer }), let weight = sides.count > 1 ? Float(sides[1]) : 1,
                weight >= 0, weight.isFinite
            else { return nil }
            layers.append((layer, weight))
        }
        self.layers = layers
    }

    /// Where only the layers count.
    /// - Throws: `ValidationError`.
    func refuseWeights() throws {
        if layers.contains(where: { $0.weight != 1 }) { throw ValidationError("--layers takes no weights here") }
    }

    /// By layer, times `factor`.
    func weights(times factor: Float) -> [VGG16Layer: Float] {
        Dictionary(layers.map { ($0.layer, factor * $0.weight) }) { first, _ in first }
    }
}

/// `2,1`: how much each of several counts.
struct WeightListArgument: ExpressibleByArgument {
    let weights: [Float]

    init?(argument: String) {
        let weights = argument.split(separator: ",", omittingEmptySubsequences: false).map { Float($0) ?? -1 }
        guard weights.allSatisfy({ $0 >= 0 && $0.isFinite }) else { return nil }
        self.weights = weights
    }
}

extension Pooling: ExpressibleByArgument {}
extension DirectPainting.Start: ExpressibleByArgument {}
