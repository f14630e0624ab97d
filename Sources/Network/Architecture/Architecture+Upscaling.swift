extension Architecture {
    /// A network that enlarges by `scale`: 2 or 4.
    ///
    /// The super-resolution network of Johnson et al. 2016 (residual blocks at the small size, learnt upsampling), made
    /// cheaper and better: no norms, which cost contrast; 3x3 ends; fewer channels where the pixels are many; and the
    /// picture itself is added at the end.
    public static func upscaler(_ scale: Int) -> Architecture {
        let small = 64
        var blocks: [Block] = [.convolution(Convolution("conv1", 3, small, kernel: 3), norm: nil, relu: true)]
        blocks += (1...4).map { .plainResidual(name: "res\($0)", channels: small) }
        var channels = small
        for step in 0..<scale.trailingZeroBitCount {
            let next = channels / 2
            blocks.append(
                .convolution(Convolution("up\(step + 1)", channels, next, kernel: 3, upsampling: 2), norm: nil, relu: true))
            channels = next
        }
        blocks.append(.convolution(Convolution("conv2", channels, 3, kernel: 3), norm: nil, relu: false))
        return Architecture(name: "upscaler-x\(scale)", blocks: blocks, addsPicture: true)
    }
}
