import Network

/// A convolution of a batch of maps with its gradients. Weights are O,I,H,W and biases O, as in a model's file.
///
/// Holds a packed copy of the weights; `load` renews it. Bias gradients are left to the caller that needs them:
/// a convolution before an instance norm has none.
protocol ConvolutionLayer: AnyObject {
    var input: MapShape { get }
    var output: MapShape { get }

    func load(weights: UnsafePointer<Float>, bias: UnsafePointer<Float>?)

    func forward(_ x: Map, into y: Map)

    /// Adds the gradient with respect to the input to `dx` and writes that with respect to the weights to `weights`.
    /// - Parameter mask: Where this is not positive, `dy` counts as 0, and may be set to it: the layer's own output after a
    ///   ReLU.
    func backward(_ x: Map, dy: Map, mask: Map?, dx: Map?, weights: UnsafeMutablePointer<Float>?)
}

/// A convolution as training sees it.
struct ConvolutionPlan {
    var shape: Convolution
    var padding: Padding
    /// ReLU on the output (only for convolutions without instance norm).
    var relu = false
    /// Whether gradients flow to the weights and to the input.
    var trainsWeights = true
    var passesGradient = true

    func output(for input: MapShape) -> MapShape {
        MapShape(
            images: input.images, height: input.height * shape.upsampling / shape.stride,
            width: input.width * shape.upsampling / shape.stride, channels: shape.outputs)
    }

    /// The fastest implementation for this shape.
    func layer(input: MapShape, context: TrainingContext) -> ConvolutionLayer {
        if shape.outputs == 3 { return OutputConvolution(self, input: input, context: context) }
        if shape.kernel == 3, shape.stride == 1, shape.inputs != 3 {
            return WinogradConvolution(self, input: input, context: context)
        }
        return DirectConvolution(self, input: input, context: context)
    }
}
