extension Architecture {
    /// The network for live sources: under an eighth of the full one's products.
    public static let live = live(widths: [16, 48], residuals: 4)

    /// A network whose widest maps have half the frame's sides, because what is done for every pixel is what a small network
    /// spends its time on: the first convolution has stride 2, and the last follows a nearest x2.
    ///
    /// `k x k/2 3->w₀ · 3x3/2 w₀->w₁ · … · residual blocks · nearest x2, 3x3 …->w₀ · nearest x2, 5x5 w₀->3`, with instance
    /// norm and ReLU after every convolution but the last, reflection padding, and what `Convolution` says of padding
    /// after an enlargement. Nearest x2 before a convolution leaves a flat picture flat: no checkerboard.
    ///
    /// Its name says all of it, `live-16-48-r4` or `live-16-48-96-r5-k9`, and is what a weights file states.
    /// - Parameters:
    ///   - widths: Channels at 1/2, 1/4, 1/8, … of the frame's sides, two or more of them, each from 4 to 1024. Multiples of 16 run on our own kernels.
    ///   - residuals: Residual blocks, which work on the smallest maps.
    ///   - kernel: Side of the first kernel; odd.
    public static func live(widths: [Int], residuals: Int, kernel: Int = 5) -> Architecture {
        var blocks: [Block] = [], channels = 3
        func append(_ convolution: Convolution) {
            let norm = "in\(blocks.count { if case .convolution = $0 { true } else { false } } + 1)"
            blocks.append(.convolution(convolution, norm: norm, relu: true))
            channels = convolution.outputs
        }
        for (level, width) in widths.enumerated() {
            append(Convolution("conv\(level + 1)", channels, width, kernel: level == 0 ? kernel : 3, stride: 2))
        }
        for index in 0..<residuals { blocks.append(.residual(name: "res\(index + 1)", channels: channels)) }
        for (level, width) in widths.dropLast().reversed().enumerated() {
            append(Convolution("deconv\(level + 1)", channels, width, kernel: 3, upsampling: 2))
        }
        let last = Convolution("deconv\(max(widths.count, 1))", channels, 3, kernel: 5, upsampling: 2)
        blocks.append(.convolution(last, norm: nil, relu: false))
        let parts = ["live"] + widths.map(String.init) + ["r\(residuals)"] + (kernel == 5 ? [] : ["k\(kernel)"])
        return Architecture(name: parts.joined(separator: "-"), blocks: blocks)
    }

    /// The live network of this name; nil when it is none.
    static func live(named name: String) -> Architecture? {
        var parts = name.split(separator: "-", omittingEmptySubsequences: false)[...]
        guard parts.popFirst() == "live" else { return nil }
        var kernel = 5
        if let last = parts.last, last.hasPrefix("k") {
            guard let side = Int(last.dropFirst()), side % 2 == 1, (1...15).contains(side) else { return nil }
            kernel = side
            parts.removeLast()
        }
        guard let last = parts.popLast(), last.hasPrefix("r"), let residuals = Int(last.dropFirst()),
            (0...64).contains(residuals), (1...3).contains(parts.count)
        else { return nil }
        // Maps of three channels are pictures, which nothing but the last convolution writes.
        let widths = parts.compactMap { part in Int(part).flatMap { (4...1024).contains($0) ? $0 : nil } }
        let architecture = live(widths: widths, residuals: residuals, kernel: kernel)
        return architecture.name == name ? architecture : nil
    }
}
