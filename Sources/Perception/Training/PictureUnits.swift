import Network

/// The units in which a network that adds the picture is trained.
///
/// It must not answer to the picture's brightness at all, and has no norms that would bring its maps to a size that Adam's
/// steps suit. So its first block sees (picture - 127.5) / 64 and its output counts 64 levels. The model's file knows
/// nothing of this: the first and the last convolution take it up.
enum PictureUnits {
    static let middle: Float = 127.5
    static let level: Float = 64
}

extension Architecture {
    /// A model's tensors as training has them.
    func trainingTensors(_ tensors: [String: [Float]]) -> [String: [Float]] {
        rescaled(tensors, first: PictureUnits.level, sign: 1, last: 1 / PictureUnits.level)
    }

    /// Tensors under training as a model has them.
    func modelTensors(_ tensors: [String: [Float]]) -> [String: [Float]] {
        rescaled(tensors, first: 1 / PictureUnits.level, sign: -1, last: PictureUnits.level)
    }

    private func rescaled(_ tensors: [String: [Float]], first: Float, sign: Float, last: Float) -> [String: [Float]] {
        guard addsPicture, case .convolution(let one, _, _)? = blocks.first,
            case .convolution(let other, _, _)? = blocks.last, let weights = tensors[one.weightName],
            let bias = tensors[one.biasName]
        else { return tensors }
        var tensors = tensors
        let taps = weights.count / max(1, one.outputs)
        // The weights of the model, times the middle, are what the bias must make up for.
        let share = sign * PictureUnits.middle * (sign > 0 ? 1 : first)
        tensors[one.biasName] = bias.indices.map { o in
            bias[o] + share * weights[o * taps..<(o + 1) * taps].reduce(0, +)
        }
        tensors[one.weightName] = weights.map { $0 * first }
        for parameter in other.parameters { tensors[parameter.name] = tensors[parameter.name]?.map { $0 * last } }
        return tensors
    }
}

extension TrainingContext {
    /// y = (x - middle) / level.
    func toUnits(_ x: Map, into y: Map) {
        for i in 0..<x.shape.count { y.base[i] = (x.base[i] - PictureUnits.middle) / PictureUnits.level }
    }

    func scale(_ x: Map, by factor: Float) { for i in 0..<x.shape.count { x.base[i] *= factor } }

    /// y = y * level + x, each pixel of x counting for a square of pixels of y. Both have three channels.
    func addEnlarged(_ x: Map, to y: Map) {
        let enlargement = y.shape.width / x.shape.width, width = y.shape.width
        forEachStrip(images: y.shape.images, rows: y.shape.height, height: 16) { image, rows, _ in
            for row in rows {
                let from = x.row(image, row / enlargement), to = y.row(image, row)
                for column in 0..<width {
                    for c in 0..<3 {
                        to[3 * column + c] = to[3 * column + c] * PictureUnits.level + from[3 * (column / enlargement) + c]
                    }
                }
            }
        }
    }
}
