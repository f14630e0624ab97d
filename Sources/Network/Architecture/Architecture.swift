/// A network as data: what it is called in a file's metadata, and its blocks in order.
///
/// Input is RGB 0…255, N = 1; the output is RGB too, clamped to 0…255 by whoever stores bytes. Instance norm is
/// affine with eps 1e-5 and the biased variance over the H·W of the frame.
public struct Architecture: Sendable, Hashable {
    /// The value of `architecture` in a weights file's metadata.
    public let name: String
    public let blocks: [Block]
    /// Whether the picture itself, enlarged by its nearest neighbours, is added to what the last block makes: the network
    /// then only has to know what the enlarged picture lacks.
    public let addsPicture: Bool

    public init(name: String, blocks: [Block], addsPicture: Bool = false) {
        self.name = name
        self.blocks = blocks
        self.addsPicture = addsPicture
    }

    /// Width and height inside the network are multiples of this.
    public var alignment: Int {
        blocks.reduce(1) { if case .convolution(let c, _, _) = $1 { $0 * c.stride } else { $0 } }
    }

    /// Output pixels for one of the picture, along each axis: 1 for a network that paints, more for one that enlarges.
    public var enlargement: Int {
        let upsampling = blocks.reduce(1) { if case .convolution(let c, _, _) = $1 { $0 * c.upsampling } else { $0 } }
        return max(1, upsampling / alignment)
    }
}

extension Architecture {
    /// The architectures that are tried for a weights file which names none. A new one is added here.
    public static let known: [Architecture] = [.johnsonFull, .live, .upscaler(2), .upscaler(4)]

    /// What a weights file means by `name`: one of `known`, or a live network of other widths.
    public static func named(_ name: String) -> Architecture? {
        known.first { $0.name == name } ?? live(named: name)
    }

    /// The transform network of Johnson, Alahi and Fei-Fei, "Perceptual Losses for Real-Time Style Transfer and
    /// Super-Resolution" (ECCV 2016), with instance norm and nearest-neighbour upsampling, at its published width.
    public static let johnsonFull = johnson(name: "johnson-full", width: 32)

    /// The same network with `width` channels in its first layer.
    public static func johnson(name: String, width w: Int) -> Architecture {
        Architecture(
            name: name,
            blocks: [
                .convolution(Convolution("conv1", 3, w, kernel: 9), norm: "in1", relu: true),
                .convolution(Convolution("conv2", w, 2 * w, kernel: 3, stride: 2), norm: "in2", relu: true),
                .convolution(Convolution("conv3", 2 * w, 4 * w, kernel: 3, stride: 2), norm: "in3", relu: true),
                .residual(name: "res1", channels: 4 * w),
                .residual(name: "res2", channels: 4 * w),
                .residual(name: "res3", channels: 4 * w),
                .residual(name: "res4", channels: 4 * w),
                .residual(name: "res5", channels: 4 * w),
                .convolution(Convolution("deconv1", 4 * w, 2 * w, kernel: 3, upsampling: 2), norm: "in4", relu: true),
                .convolution(Convolution("deconv2", 2 * w, w, kernel: 3, upsampling: 2), norm: "in5", relu: true),
                .convolution(Convolution("deconv3", w, 3, kernel: 9), norm: nil, relu: false),
            ])
    }
}
