import Media
import Network

/// What layers of VGG16 know of a picture: the picture made anew from noise by nothing else.
///
/// By its features at one layer (Mahendran and Vedaldi 2015), or its texture by Gram matrices at several (Gatys et al. 2015).
public struct Reconstruction: Sendable {
    /// What of the picture is kept.
    public enum Subject: Sendable, Hashable {
        case content
        case style
    }

    /// One picture, made of some layers.
    public struct Result: Sendable {
        public let layers: [VGG16Layer]
        /// Of the luma, dB, to the original.
        public let psnr: Double
        /// What is still missing of what the layers know, each of them 1 for a picture that has nothing of it.
        public let losses: Losses
    }

    /// How much values beyond 0…255 count.
    private static let range: Float = 0.005

    public var subject: Subject
    public var picture: String
    /// A picture file: the reconstruction, or several beside the original.
    public var output: String
    public var vgg: String
    /// Each set of layers makes one picture. With more than one, `output` shows them all with their names.
    public var layers: [[VGG16Layer]]
    /// Nil for the picture's own size.
    public var size: RequestedSize?
    public var pooling = Pooling.average
    public var iterations = 200
    /// How much smoothness counts against `losses`. Textures need less: what is rough in them is known.
    public var smoothness: Float
    public var seed: UInt64 = 1
    public var threads: Int?

    /// A layer of each block, as the pictures of the papers have them.
    public static let contentLayers: [[VGG16Layer]] = [[.relu1_2], [.relu2_2], [.relu3_3], [.relu4_1], [.relu5_1]]
    /// Those of Gatys et al.
    public static let styleLayers: [VGG16Layer] = [.relu1_1, .relu2_1, .relu3_1, .relu4_1, .relu5_1]

    public init(_ subject: Subject, of picture: String, output: String, vgg: String, layers: [[VGG16Layer]]) {
        self.subject = subject
        smoothness = subject == .content ? 1e-3 : 1e-4
        self.picture = picture
        self.output = output
        self.vgg = vgg
        self.layers = layers
    }

    /// Until the end or until `shouldStop` says so; what there is by then is written.
    /// - Throws: `OptimizationError`, `MediaError`, or `NetworkError` when it does not fit in memory.
    public func run(
        shouldStop: @escaping () -> Bool = { false }, report: @escaping (OptimizationEvent) -> Void = { _ in }
    ) throws -> (results: [Result], summary: OptimizationSummary) {
        guard let last = layers.joined().max(), layers.allSatisfy({ !$0.isEmpty }) else { throw OptimizationError.noLayer }
        try OptimizationError.check(iterations: [iterations])
        guard Requirement.smoothnesses.contains(smoothness) else { throw OptimizationError.outOfRange(.smoothness) }
        let source = try Photo(picture).pixels
        let (width, height) = try size?.resolved(from: (source.width, source.height)) ?? (source.width, source.height)
        let context = try TrainingContext(threads: threads, isExact: true)
        let memory = OptimizationMemory(
            weights: weights(layers.joined()) { _ in 1 }, method: .lbfgs, threads: context.pool.threads,
            usesPairs: context.usesPairs)
        try memory.check(width: width, height: height)
        let original = try source.scaled(width: width, height: height)
        let grid = PictureGrid(pictures: layers.count + 1, width: width, height: height)
        let file =
            try layers.count > 1
            ? PictureFile(output, width: grid.width, height: grid.height) : PictureFile(output, width: width, height: height)
        let features = try VGG16Weights.read(vgg, upTo: last)
        report(
            .began(
                width: width, height: height, sizes: 1, bytes: memory.bytes(width: width, height: height),
                threads: context.pool.threads))

        let held = MapMemory(), start = PixelBuffer.noise(width: width, height: height, seed: seed).map(in: held)
        var run = OptimizationRun(layers.map { _ in (start.shape, iterations) }, shouldStop: shouldStop, report: report)
        var results: [Result] = [], pictures = [(name: "original", pixels: original)]
        for set in layers where !run.isStopped {
            let objective = objective(set, original, features, context)
            let optimizer = PictureOptimizer(start, objective: objective, method: .lbfgs, context: context)
            try run.optimize(optimizer, iterations: iterations)
            let made = PixelBuffer(optimizer.picture)
            let psnr = Luma(made, croppingBorder: 0).psnr(to: Luma(original, croppingBorder: 0))
            results.append(Result(layers: set, psnr: psnr, losses: optimizer.losses))
            pictures.append((set.map(\.rawValue).joined(separator: " "), made))
        }
        try file.write(layers.count > 1 ? grid.draw(pictures) : pictures[pictures.count - 1].pixels)
        report(.wrote(output))
        return (results, run.summary)
    }

    /// Every layer counts the same: its loss is 1 where the picture has nothing of what it knows.
    private func objective(
        _ set: [VGG16Layer], _ original: PixelBuffer, _ features: VGG16Weights, _ context: TrainingContext
    ) -> FeatureObjective {
        let memory = MapMemory(), photo = original.map(in: memory)
        let style = StyleTarget(
            painting: photo, weights: features, layers: set, pooling: pooling, context: context)
        func inverseSquare(_ values: UnsafeBufferPointer<Float>) -> Float {
            let sum = values.reduce(0.0) { $0 + Double($1) * Double($1) }
            return Float(Double(values.count) / max(sum, .leastNormalMagnitude))
        }
        let weights = weights(set) { layer in
            if subject == .style { return (style.grams[layer] ?? []).withUnsafeBufferPointer(inverseSquare) }
            let network = VGG16Network(
                features, input: photo.shape, upTo: layer, pooling: pooling, passesGradient: false, context: context)
            network.forward(photo)
            let feature = network.feature(layer)
            return inverseSquare(UnsafeBufferPointer(start: feature.base, count: feature.shape.count))
        }
        return FeatureObjective(
            weights, photo: photo, style: style, vgg: features, pooling: pooling, context: context)
    }

    private func weights(_ layers: some Sequence<VGG16Layer>, _ weight: (VGG16Layer) -> Float) -> FeatureWeights {
        let weights = Dictionary(layers.map { ($0, weight($0)) }) { first, _ in first }
        return FeatureWeights(
            content: subject == .content ? weights : [:], style: subject == .style ? weights : [:],
            totalVariation: smoothness, range: Self.range)
    }
}
