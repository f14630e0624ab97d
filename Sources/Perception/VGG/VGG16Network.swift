import Network

/// VGG16 on a batch of one extent: features of any layer, and gradients back to the image. Its weights stay as they are.
final class VGG16Network {
    /// Images x height x width x 3, RGB 0…255.
    let input: MapShape
    let last: VGG16Layer
    private let pooling: PoolingLayer
    private let layers: [ConvolutionLayer]
    /// The outputs of the convolutions, after ReLU.
    private let features: [Map]
    /// The input of each convolution; a pooled map at the start of a block, the image less the mean at the first.
    private let inputs: [Map]
    private let mean: [Float]
    private let context: TrainingContext
    private let memory = MapMemory()
    /// Two blocks that gradients take turns in.
    private let gradients: [UnsafeMutablePointer<Float>]

    /// - Parameter passesGradient: Whether `backward` will be called.
    init(
        _ weights: VGG16Weights, input: MapShape, upTo last: VGG16Layer, pooling: Pooling, passesGradient: Bool,
        context: TrainingContext
    ) {
        self.input = input
        self.last = last
        self.context = context
        self.pooling = PoolingLayer(pooling: pooling, context: context)
        mean = weights.mean
        var inputs = [memory.map(input)], layers: [ConvolutionLayer] = [], features: [Map] = []
        var largest = input.count
        for layer in VGG16Layer.allCases where layer <= last {
            if layer.index > 0 {
                let before = features[layer.index - 1]
                let pooled = VGG16Layer.allCases[layer.index - 1].block != layer.block
                inputs.append(pooled ? memory.map(PoolingLayer.output(for: before.shape)) : before)
            }
            let plan = ConvolutionPlan(layer, passesGradient: passesGradient)
            let convolution = plan.layer(input: inputs[layer.index].shape, context: context)
            (weights.weights[layer] ?? []).withUnsafeBufferPointer { w in
                (weights.biases[layer] ?? []).withUnsafeBufferPointer { b in
                    if let w = w.baseAddress { convolution.load(weights: w, bias: b.baseAddress) }
                }
            }
            layers.append(convolution)
            features.append(memory.map(convolution.output))
            largest = max(largest, convolution.output.count)
        }
        self.inputs = inputs
        self.layers = layers
        self.features = features
        gradients = passesGradient ? [memory.floats(largest), memory.floats(largest)] : []
    }

    /// The activations of a layer after `forward`.
    func feature(_ layer: VGG16Layer) -> Map { features[layer.index] }

    /// Fills the features up to `stop`.
    func forward(_ image: Map, upTo stop: VGG16Layer? = nil) {
        let centred = inputs[0], mean = mean
        context.forEachStrip(images: image.shape.images, rows: input.height, height: 16) { index, rows, _ in
            let from = image.row(index, rows.lowerBound), to = centred.row(index, rows.lowerBound)
            for i in 0..<rows.count * image.shape.width {
                for c in 0..<3 { to[3 * i + c] = from[3 * i + c] - mean[c] }
            }
        }
        for layer in VGG16Layer.allCases where layer <= stop ?? last {
            let i = layer.index
            if i > 0, inputs[i].base != features[i - 1].base { pooling.forward(features[i - 1], into: inputs[i]) }
            layers[i].forward(inputs[i], into: features[i])
        }
    }

    /// Adds to `image` the gradient of a loss that depends on features.
    /// - Parameter loss: Called for every layer from the last to the first, to add the loss's direct gradient with
    ///   respect to that layer's feature to the map it is given.
    func backward(into image: Map, _ loss: (VGG16Layer, Map) -> Void) {
        var gradient = Map(shape: features[last.index].shape, base: gradients[0])
        context.zero(gradient)
        for layer in VGG16Layer.allCases.reversed() where layer <= last {
            let i = layer.index
            loss(layer, gradient)
            guard i > 0 else {
                let before = Map(shape: input, base: other(gradient))
                context.zero(before)
                layers[0].backward(inputs[0], dy: gradient, mask: features[0], dx: before, weights: nil)
                for j in 0..<input.count { image.base[j] += before.base[j] }
                return
            }
            let before = Map(shape: inputs[i].shape, base: other(gradient))
            context.zero(before)
            layers[i].backward(inputs[i], dy: gradient, mask: features[i], dx: before, weights: nil)
            gradient = before
            if inputs[i].base != features[i - 1].base {
                let unpooled = Map(shape: features[i - 1].shape, base: other(gradient))
                pooling.backward(features[i - 1], inputs[i], dy: gradient, dx: unpooled)
                gradient = unpooled
            }
        }
    }

    private func other(_ map: Map) -> UnsafeMutablePointer<Float> {
        map.base == gradients[0] ? gradients[1] : gradients[0]
    }
}
