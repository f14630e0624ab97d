/// One layer by its definition. Maps are channels x height x width.
struct ReferenceLayer {
    let convolution: Convolution
    let relu: Bool
    /// O,I,H,W and O.
    let weights: [Float]
    let bias: [Float]
    /// Scale and offset a channel; nil without an instance norm.
    let norm: (weight: [Float], bias: [Float])?
    let inputMap: Plan.Map
    let outputMap: Plan.Map
    let input: UnsafeMutablePointer<Float>
    let output: UnsafeMutablePointer<Float>
    let skip: UnsafeMutablePointer<Float>?
    /// Inputs x `paddedHeight` x `paddedWidth`.
    let padded: UnsafeMutablePointer<Float>
    let paddedHeight: Int
    let paddedWidth: Int

    init(
        _ layer: Plan.Layer, plan: Plan, model: Model, maps: UnsafeMutablePointer<Float>,
        padded: UnsafeMutablePointer<Float>
    ) {
        convolution = layer.convolution
        relu = layer.relu
        weights = model[convolution.parameters[0].name]
        bias = model[convolution.parameters[1].name]
        norm = layer.norm.map { (model["\($0).weight"], model["\($0).bias"]) }
        inputMap = plan.maps[layer.input]
        outputMap = plan.maps[layer.output]
        input = maps + inputMap.offset
        output = maps + outputMap.offset
        skip = layer.skip.map { maps + plan.maps[$0].offset }
        self.padded = padded
        (paddedHeight, paddedWidth) = ReferenceLayout.paddedSize(convolution, inputMap)
    }

    /// Enlarges one input channel by its nearest neighbours and continues it by its mirror image on all sides.
    func pad(_ channel: Int) {
        let (c, map) = (convolution, inputMap)
        for y in 0..<paddedHeight {
            let sourceY = c.source(of: y - c.kernel / 2, length: map.height)
            let source = input + (channel * map.height + sourceY) * map.width
            let target = padded + (channel * paddedHeight + y) * paddedWidth
            for x in 0..<paddedWidth { target[x] = source[c.source(of: x - c.kernel / 2, length: map.width)] }
        }
    }

    /// Makes one output channel.
    func compute(_ channel: Int) {
        convolve(channel)
        normalise(channel)
        let plane = output + channel * outputMap.height * outputMap.width
        for i in 0..<outputMap.height * outputMap.width {
            if relu { plane[i] = max(plane[i], 0) }
            if let skip { plane[i] += skip[channel * outputMap.height * outputMap.width + i] }
        }
    }

    /// out(y, x) = bias + sum over i, ky, kx of weight(i, ky, kx) · padded(i, y · stride + ky, x · stride + kx)
    private func convolve(_ channel: Int) {
        let (c, map) = (convolution, outputMap)
        for y in 0..<map.height {
            let out = output + (channel * map.height + y) * map.width
            for x in 0..<map.width { out[x] = bias[channel] }
            for i in 0..<c.inputs {
                for ky in 0..<c.kernel {
                    let row = padded + (i * paddedHeight + y * c.stride + ky) * paddedWidth
                    for kx in 0..<c.kernel {
                        let weight = weights[((channel * c.inputs + i) * c.kernel + ky) * c.kernel + kx]
                        for x in 0..<map.width { out[x] += weight * row[x * c.stride + kx] }
                    }
                }
            }
        }
    }

    /// Instance norm (Ulyanov, Vedaldi and Lempitsky, 2016): (x - mean) / sqrt(variance + 1e-5) · weight + bias, the mean
    /// and the biased variance over the channel.
    private func normalise(_ channel: Int) {
        guard let norm else { return }
        let count = outputMap.height * outputMap.width
        let plane = output + channel * count
        var sum = 0.0
        for i in 0..<count { sum += Double(plane[i]) }
        let mean = sum / Double(count)
        var squares = 0.0
        for i in 0..<count { squares += (Double(plane[i]) - mean) * (Double(plane[i]) - mean) }
        let scale = Double(norm.weight[channel]) / (squares / Double(count) + Moments.epsilon).squareRoot()
        for i in 0..<count { plane[i] = Float((Double(plane[i]) - mean) * scale + Double(norm.bias[channel])) }
    }
}
