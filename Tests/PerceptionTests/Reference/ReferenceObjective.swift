@testable import Network
@testable import Perception

/// A transform net, VGG16 and every loss in double precision, forwards: what difference quotients of the whole chain are
/// taken of.
struct ReferenceObjective {
    let architecture: Architecture
    let weights: LossWeights
    let vgg: VGG16Weights
    /// Gram matrices of the painting, by layer.
    let grams: [VGG16Layer: [Double]]
    let photos: ReferenceMap
    /// What moved between the two photos, and by how much the second is brighter.
    let motion: Motion
    let brightening: [Double]
    let pooling: Pooling
    private let content: [Double]
    private let parameters: ParameterStore

    init(
        _ architecture: Architecture, _ weights: LossWeights, vgg: VGG16Weights, painting: ReferenceMap,
        photos: ReferenceMap, motion: Motion, brightening: [Double], pooling: Pooling = .max
    ) {
        (self.architecture, self.weights, self.vgg) = (architecture, weights, vgg)
        (self.photos, self.motion, self.brightening, self.pooling) = (photos, motion, brightening, pooling)
        grams = Self.features(painting, vgg, upTo: weights.last, pooling).mapValues { ReferenceLoss.gram($0) }
        content = Self.features(photos, vgg, upTo: weights.contentLayer, pooling)[weights.contentLayer]?.values ?? []
        parameters = ParameterStore(architecture: architecture)
    }

    /// The loss at `values`, the parameters in the order of a `ParameterStore`.
    func losses(at values: [Double]) -> Losses { losses(of: paint(photos, values)) }

    /// The loss of what the photos became.
    func losses(of painted: ReferenceMap) -> Losses {
        let features = Self.features(painted, vgg, upTo: weights.last, pooling)
        var losses = Losses()
        losses.totalVariation = Double(weights.totalVariation) * ReferenceLoss.totalVariation(painted).0
        var luminance = ReferenceMap(painted.images, painted.height, painted.width, 1)
        for i in luminance.values.indices {
            let rgb = painted.values[3 * i..<3 * i + 3]
            luminance.values[i] = zip(rgb, [0.299, 0.587, 0.114]).reduce(0) { $0 + $1.0 * $1.1 }
            if i >= brightening.count { luminance.values[i] -= brightening[i - brightening.count] }
        }
        losses.temporal = 100 * ReferenceLoss.views(luminance, motion)
        for (layer, feature) in features {
            if layer == weights.contentLayer {
                losses.content = Double(weights.content) * ReferenceLoss.meanSquare(feature.values, content).0
                losses.temporal += ReferenceLoss.views(feature, motion.coarser(by: 1 << (layer.block - 1)))
            }
            guard weights.styleLayers.contains(layer), let gram = grams[layer] else { continue }
            let all = (0..<feature.images).flatMap { _ in gram }
            losses.style += Double(weights.style) * ReferenceLoss.meanSquare(ReferenceLoss.gram(feature), all).0
        }
        losses.temporal *= Double(weights.temporal)
        return losses
    }

    private func paint(_ x: ReferenceMap, _ values: [Double]) -> ReferenceMap {
        func parameter(_ name: String) -> [Double] { Array(values[parameters.range(name)]) }
        func convolved(_ x: ReferenceMap, _ shape: Convolution) -> ReferenceMap {
            ReferenceConvolution(
                shape: shape, padding: .reflection, weights: parameter("\(shape.name).conv2d.weight"),
                bias: parameter("\(shape.name).conv2d.bias")
            ).forward(x)
        }
        func normed(_ x: ReferenceMap, _ name: String) -> ReferenceMap {
            ReferenceNorm(scale: parameter("\(name).weight"), offset: parameter("\(name).bias")).forward(x)
        }
        return architecture.blocks.reduce(x) { x, block in
            switch block {
            case .convolution(let shape, let norm, let relu):
                var y = convolved(x, shape)
                if let norm { y = normed(y, norm) }
                return relu ? y.rectified : y
            case .plainResidual(let name, let channels):
                func half(_ x: ReferenceMap, _ i: Int) -> ReferenceMap {
                    convolved(x, Convolution("\(name).conv\(i)", channels, channels, kernel: 3))
                }
                var y = half(half(x, 1).rectified, 2)
                for i in y.values.indices { y.values[i] += x.values[i] }
                return y
            case .residual(let name, let channels):
                func half(_ x: ReferenceMap, _ i: Int) -> ReferenceMap {
                    normed(convolved(x, Convolution("\(name).conv\(i)", channels, channels, kernel: 3)), "\(name).in\(i)")
                }
                var y = half(half(x, 1).rectified, 2)
                for i in y.values.indices { y.values[i] += x.values[i] }
                return y
            }
        }
    }

    static func features(
        _ image: ReferenceMap, _ vgg: VGG16Weights, upTo last: VGG16Layer, _ pooling: Pooling
    ) -> [VGG16Layer: ReferenceMap] {
        var x = image, features: [VGG16Layer: ReferenceMap] = [:]
        for i in x.values.indices { x.values[i] -= Double(vgg.mean[i % 3]) }
        for layer in VGG16Layer.allCases where layer <= last {
            if layer.index > 0, VGG16Layer.allCases[layer.index - 1].block != layer.block {
                x = ReferencePooling(pooling: pooling).forward(x)
            }
            x = ReferenceConvolution(
                shape: Convolution(layer.rawValue, layer.inputs, layer.outputs, kernel: 3), padding: .zero,
                weights: (vgg.weights[layer] ?? []).map(Double.init), bias: (vgg.biases[layer] ?? []).map(Double.init)
            ).forward(x).rectified
            features[layer] = x
        }
        return features
    }
}

extension ReferenceMap {
    /// After ReLU.
    var rectified: ReferenceMap {
        var y = self
        for i in y.values.indices where y.values[i] < 0 { y.values[i] = 0 }
        return y
    }
}
