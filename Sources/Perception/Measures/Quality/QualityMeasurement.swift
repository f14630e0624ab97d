import Media
import Network

/// How near one picture comes to another.
public struct Quality: Sendable, Hashable {
    /// Of the luma, dB.
    public var psnr = 0.0
    /// Of the luma, at most 1.
    public var ssim = 0.0
    /// Mean squared difference of VGG16's relu2_2; nil without its weights.
    public var feature: Double?

    /// Of at least one.
    public static func mean(_ all: [Quality]) -> Quality {
        let count = Double(max(1, all.count)), features = all.compactMap(\.feature)
        return Quality(
            psnr: all.reduce(0) { $0 + $1.psnr } / count, ssim: all.reduce(0) { $0 + $1.ssim } / count,
            feature: features.isEmpty ? nil : features.reduce(0, +) / Double(features.count))
    }
}

/// Compares pictures as the super-resolution papers do: luma of 16…235, without a border.
///
/// ```swift
/// let measurement = try QualityMeasurement(vgg: "vgg16.safetensors")
/// print(try measurement.compare("enlarged.png", to: "photo.png", border: 4).psnr)
/// ```
public struct QualityMeasurement {
    private let vgg: VGG16Weights?
    private let context: TrainingContext

    /// - Parameter vgg: VGG16's weights; nil to leave out the distance of features.
    /// - Throws: `TrainingError.weights`, `NetworkError`.
    public init(vgg: String?, threads: Int? = nil) throws {
        self.vgg = try vgg.map { try VGG16Weights.forTraining($0, upTo: .relu2_2) }
        context = try TrainingContext(threads: threads, isExact: true)
    }

    /// - Parameter border: Pixels left out at each edge.
    /// - Throws: `MediaError`, `QualityError`; `NetworkError.doesNotFit` for pictures too large for VGG16.
    public func compare(_ picture: String, to original: String, border: Int) throws -> Quality {
        let (one, other) = (try Photo(picture).pixels, try Photo(original).pixels)
        guard one.width == other.width, one.height == other.height else {
            throw QualityError.sizes("\(one.width)x\(one.height)", "\(other.width)x\(other.height)")
        }
        return try compare(one, to: other, border: border)
    }

    func compare(_ picture: PixelBuffer, to original: PixelBuffer, border: Int) throws -> Quality {
        guard (0...1 << 16).contains(border), min(picture.width, picture.height) - 2 * border >= 11 else {
            throw QualityError.tooSmall(border: border)
        }
        let one = Luma(picture, croppingBorder: border), other = Luma(original, croppingBorder: border)
        return Quality(
            psnr: one.psnr(to: other), ssim: one.ssim(to: other), feature: try featureDistance(picture, original))
    }

    private func featureDistance(_ a: PixelBuffer, _ b: PixelBuffer) throws(NetworkError) -> Double? {
        guard let vgg else { return nil }
        let memory = MapMemory(), layer = VGG16Layer.relu2_2
        try VGG16Memory.check(width: a.width, height: a.height, upTo: layer, context: context)
        let image = memory.map(MapShape(images: 1, height: a.height, width: a.width, channels: 3))
        let network = VGG16Network(
            vgg, input: image.shape, upTo: layer, pooling: .max, passesGradient: false, context: context)
        let feature = network.feature(layer), kept = memory.map(feature.shape)
        a.copyCrop(x: 0, y: 0, to: image, image: 0)
        network.forward(image)
        kept.base.update(from: feature.base, count: feature.shape.count)
        b.copyCrop(x: 0, y: 0, to: image, image: 0)
        network.forward(image)
        var sum = 0.0
        for i in 0..<feature.shape.count {
            let difference = Double(feature.base[i] - kept.base[i])
            sum += difference * difference
        }
        return sum / Double(feature.shape.count)
    }
}

/// Why pictures cannot be compared.
public enum QualityError: Error, Sendable, Equatable, CustomStringConvertible {
    case sizes(String, String)
    case tooSmall(border: Int)
    case noUpscaler(String, scale: Int)
    case tooSmallToReduce(String, least: Int)
    case scale(Int)

    public var description: String {
        switch self {
        case .sizes(let one, let other): "the pictures are of \(one) and \(other); give two of one size"
        case .tooSmall(let border): "a picture must have 11 pixels a side within its border of \(border); give a larger one"
        case .tooSmallToReduce(let path, let least): "\(path): is too small; a picture must have \(least) pixels a side"
        case .scale(let scale): "pictures are not reduced by \(scale); ask for 2 to 16"
        case .noUpscaler(let path, let scale): "\(path): does not enlarge by \(scale); give a model of 'tempera train-upscaler'"
        }
    }
}
