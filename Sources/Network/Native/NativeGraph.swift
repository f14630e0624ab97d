/// An architecture as our kernels run it: a chain of convolutions, each of which applies the instance norm, skip and ReLU
/// of what came before in its load.
struct NativeGraph: Sendable {
    /// One convolution and how it reads the raw outputs of the one before.
    struct Layer: Sendable {
        var kernel: any LayerKernel
        /// Parameter prefix of the instance norm between the previous convolution and this one.
        var inputNorm: String?
        /// The convolution before, whose bias counts where no norm removes it.
        var inputBias: String?
        var inputReLU = false
        /// Adds the value kept by the layer of this index.
        var skip: Int?
        /// Keeps its loaded value for a later skip.
        var keeps = false
        /// Width and height in are the padded result's (the padded frame's times the enlargement) divided by this…
        var scaleIn: Int
        /// …and out by this.
        var scaleOut: Int

        var convolution: Convolution { kernel.convolution }
    }

    let layers: [Layer]

    /// - Parameter lanes: Channels must be multiples of this, the kernels' vector width.
    /// - Returns: nil when the architecture has a step that our kernels do not know; BLAS then runs it.
    init?(_ architecture: Architecture, lanes: Int) {
        var layers: [Layer] = []
        // How the next convolution must read what came before.
        var norm: String?, bias: String?, relu = false, skip: Int?, keep = false
        var scale = architecture.enlargement

        func append(_ kernel: any LayerKernel) {
            let c = kernel.convolution, scaleOut = scale * c.stride / c.upsampling
            layers.append(
                Layer(
                    kernel: kernel, inputNorm: norm, inputBias: bias, inputReLU: relu, skip: skip, keeps: keep,
                    scaleIn: scale, scaleOut: scaleOut))
            (skip, keep, bias, scale) = (nil, false, c.biasName, scaleOut)
        }

        for (index, block) in architecture.blocks.enumerated() {
            switch block {
            case .convolution(let c, let blockNorm, let blockReLU):
                guard c.kernel % 2 == 1, c.kernel <= 15 else { return nil }
                if index == 0 {
                    guard c.inputs == 3, c.stride <= 2, c.upsampling == 1, c.outputs % lanes == 0 else { return nil }
                    append(c.stride == 1 ? EndKernel(convolution: c) : DirectKernel(convolution: c))
                } else if index == architecture.blocks.count - 1 {
                    guard c.outputs == 3, c.stride == 1, c.upsampling <= 2, c.inputs % lanes == 0, scale == c.upsampling,
                        blockNorm == nil, !blockReLU, c.upsampling == 1 || !architecture.addsPicture,
                        // How large a sum is that a skip makes, nothing here knows in time for int16.
                        skip == nil
                    else { return nil }
                    let picture = architecture.addsPicture ? architecture.enlargement : nil
                    append(c.upsampling == 1 ? EndKernel(convolution: c, picture: picture) : DirectKernel(convolution: c))
                } else {
                    guard c.kernel == 3, c.inputs % lanes == 0, c.outputs % lanes == 0 else { return nil }
                    switch (c.stride, c.upsampling) {
                    case (1, 1), (2, 1): append(WinogradKernel(convolution: c))
                    case (1, 2) where scale % 2 == 0: append(WinogradKernel(convolution: c))
                    default: return nil
                    }
                }
                (norm, relu) = (blockNorm, blockReLU)
            case .residual(let name, let channels), .plainResidual(let name, let channels):
                guard index > 0, channels % lanes == 0 else { return nil }
                let first = layers.count
                keep = true
                for (i, convolution) in Convolution.residual(name, channels: channels).enumerated() {
                    append(WinogradKernel(convolution: convolution))
                    (norm, relu) = (block.residualNorm(i + 1), i == 0)
                }
                skip = first
            }
        }
        guard layers.count >= 2, layers.last?.convolution.outputs == 3 else { return nil }
        self.layers = layers
    }
}
