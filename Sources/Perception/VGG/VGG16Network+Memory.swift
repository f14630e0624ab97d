import Network

/// Floats, of 4 bytes, that a network of one extent takes.
struct VGG16Memory {
    /// For as long as the network lives.
    private(set) var held = 0
    /// Scratch that it asks of its context, shared and of each worker.
    private(set) var shared = 0
    private(set) var worker = 0
    private var shapes: [VGG16Layer: MapShape] = [:]

    /// - Parameter passesGradient: Whether gradients go back to the image.
    init(input: MapShape, upTo last: VGG16Layer, passesGradient: Bool, usesPairs: Bool) {
        var shape = input, largest = input.count, block = 1
        held = input.count
        for layer in VGG16Layer.allCases where layer <= last {
            if layer.block != block {
                shape = PoolingLayer.output(for: shape)
                held += shape.count
                block = layer.block
            }
            let plan = ConvolutionPlan(layer, passesGradient: passesGradient), output = plan.output(for: shape)
            if layer.inputs != 3 {
                let tiling = WinogradTiling(plan, input: shape, usesPairs: usesPairs)
                held += tiling.weights
                shared = max(shared, tiling.shared)
                worker = max(worker, tiling.worker)
            }
            held += output.count
            largest = max(largest, output.count)
            shape = output
            shapes[layer] = output
        }
        if passesGradient { held += 2 * largest }
    }

    /// The extent of a layer's features.
    func feature(_ layer: VGG16Layer) -> MapShape? { shapes[layer] }

    /// Offsets into maps of 64 channels are 32 bits wide.
    static func checkPixels(width: Int, height: Int) throws(NetworkError) {
        let most = Int(Int32.max) / 64
        if width * height > most { throw .tooManyPixels(width: width, height: height, most: most) }
    }

    /// Checks that a network that looks at one picture, without gradients, fits in what is free.
    /// - Throws: `NetworkError.doesNotFit`.
    static func check(width: Int, height: Int, upTo last: VGG16Layer, context: TrainingContext) throws(NetworkError) {
        try checkPixels(width: width, height: height)
        let input = MapShape(images: 1, height: height, width: width, channels: 3)
        let plan = VGG16Memory(input: input, upTo: last, passesGradient: false, usesPairs: context.usesPairs)
        let needed = 4 * (plan.held + plan.shared + context.pool.threads * plan.worker)
        guard let available = Memory.available(), needed > available else { return }
        throw .doesNotFit(width: width, height: height, needed: needed, available: available, fits: nil)
    }
}

extension ConvolutionPlan {
    /// One of VGG16's convolutions, whose weights stay as they are.
    init(_ layer: VGG16Layer, passesGradient: Bool) {
        self.init(
            shape: Convolution(layer.rawValue, layer.inputs, layer.outputs, kernel: 3), padding: .zero, relu: true,
            trainsWeights: false, passesGradient: passesGradient)
    }
}
