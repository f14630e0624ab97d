import Network

/// The Gram matrices of a painting.
struct StyleTarget {
    /// channels x channels for every layer.
    let grams: [VGG16Layer: [Float]]

    init(grams: [VGG16Layer: [Float]]) { self.grams = grams }

    /// - Parameter painting: One image of RGB 0…255.
    init(painting: Map, weights: VGG16Weights, layers: [VGG16Layer], pooling: Pooling, context: TrainingContext) {
        let network = VGG16Network(
            weights, input: painting.shape, upTo: layers.max() ?? .relu1_1, pooling: pooling, passesGradient: false,
            context: context)
        network.forward(painting)
        var grams: [VGG16Layer: [Float]] = [:]
        for layer in layers {
            let gram = GramMatrices(shape: network.feature(layer).shape, context: context)
            gram.compute(network.feature(layer))
            grams[layer] = Array(UnsafeBufferPointer(start: gram.values, count: gram.channels * gram.channels))
        }
        self.grams = grams
    }

    /// The mean of several, each with its weight. A picture comes as near to it as to all of them together.
    /// - Parameter parts: With the same layers; weights that are not all 0.
    init(blending parts: [(target: StyleTarget, weight: Float)]) {
        let total = parts.reduce(0) { $0 + $1.weight }
        var grams: [VGG16Layer: [Float]] = [:]
        for (target, weight) in parts {
            for (layer, gram) in target.grams {
                let share = gram.map { $0 * weight / total }
                grams[layer] = grams[layer].map { zip($0, share).map(+) } ?? share
            }
        }
        self.grams = grams
    }

    /// Reads a painting, scaled to `size` at its short side, and the features that see it.
    /// - Parameter features: What a call for another painting read.
    /// - Throws: `TrainingError`, also for weights or a size out of range.
    static func read(
        _ path: String, size: Int, vgg: String, features: VGG16Weights? = nil, weights: LossWeights, pooling: Pooling,
        context: TrainingContext
    ) throws(TrainingError) -> (painting: PixelBuffer, style: StyleTarget, features: VGG16Weights) {
        try weights.check()
        guard Requirement.styleSizes.contains(size) else { throw .outOfRange(.styleSize) }
        let painting: PixelBuffer
        do {
            let picture = try Photo(path).pixels
            guard !picture.isBanner else { throw TrainingError.painting("\(path): is longer than 8:1; cut a part out of it") }
            painting = try picture.scaled(shortSide: size)
            try VGG16Memory.check(width: painting.width, height: painting.height, upTo: weights.last, context: context)
        } catch {
            throw .painting("\(error)")
        }
        let features = if let features { features } else { try VGG16Weights.forTraining(vgg, upTo: weights.last) }
        let memory = MapMemory()
        let map = memory.map(MapShape(images: 1, height: painting.height, width: painting.width, channels: 3))
        painting.copyCrop(x: 0, y: 0, to: map, image: 0)
        let style = StyleTarget(
            painting: map, weights: features, layers: weights.styleLayers, pooling: pooling, context: context)
        return (painting, style, features)
    }
}
