import Media
import Network

/// A photo painted by a network beside the same photo painted by optimising its pixels for what the network was trained for.
///
/// ```swift
/// let comparison = NetworkComparison(
///     photo: "cat.jpg", painting: "wave.jpg", style: try Style("wave.safetensors"), figure: "figure.png", vgg: "vgg16.safetensors")
/// for row in try comparison.run().rows { print(row.name, row.losses.total, row.seconds) }
/// ```
public struct NetworkComparison: Sendable {
    /// One picture.
    public struct Row: Sendable {
        public let name: String
        /// Of the picture as bytes, in float32.
        public let losses: Losses
        /// What it took, without reading weights; 0 for the photo.
        public let seconds: Double
        /// Deviation of luma where the photo is flat; nil where it nowhere is.
        public let noise: Double?
    }

    public var photo: String
    /// What the model was trained on.
    public var painting: String
    public var model: Model
    /// Where all pictures go, side by side.
    public var figure: String
    public var vgg: String
    /// Nil for the photo's own size.
    public var size: RequestedSize?
    public var weights = LossWeights()
    public var pooling = Pooling.max
    public var styleSize = TrainingOptions.standardStyleSize
    /// Of L-BFGS, increasing.
    public var iterations = [50, 100, 500]
    public var threads: Int?

    public init(photo: String, painting: String, model: Model, figure: String, vgg: String) {
        self.photo = photo
        self.painting = painting
        self.model = model
        self.figure = figure
        self.vgg = vgg
    }

    /// The photo, the network's picture, and those of the optimisation, the last where nothing was left to gain. When
    /// `shouldStop` says so, as far as it came.
    /// - Throws: `OptimizationError`, `TrainingError`, `MediaError`, `NetworkError`.
    public func run(
        shouldStop: @escaping () -> Bool = { false }, report: @escaping (OptimizationEvent) -> Void = { _ in }
    ) throws -> (rows: [Row], summary: OptimizationSummary) {
        try OptimizationError.check(iterations: iterations)
        let most = iterations.reduce(0, max)
        let source = try Photo(photo).pixels, held = MapMemory()
        let (width, height) = try size?.resolved(from: (source.width, source.height)) ?? (source.width, source.height)
        let context = try TrainingContext(threads: threads, isExact: true), targets = FeatureWeights(weights)
        let memory = OptimizationMemory(
            weights: targets, method: .lbfgs, threads: context.pool.threads, usesPairs: context.usesPairs)
        try memory.check(width: width, height: height)
        let grid = PictureGrid(pictures: iterations.count + 3, width: width, height: height)
        let file = try PictureFile(figure, width: grid.width, height: grid.height)
        let (picture, style, features) = try StyleTarget.read(
            painting, size: styleSize, vgg: vgg, weights: weights, pooling: pooling, context: context)
        let original = try source.scaled(width: width, height: height), start = original.map(in: held)
        report(
            .began(
                width: width, height: height, sizes: 1, bytes: memory.bytes(width: width, height: height),
                threads: context.pool.threads))

        var pictures = [(name: "photo", pixels: original)], seconds = [0.0]
        let painter = try Painter(model: model, width: width, height: height, pool: context.pool)
        let painted = PixelBuffer(width: width, height: height)
        painter.paint(original, into: painted)
        pictures.append(("network", painted))
        seconds.append(ContinuousClock().measure { painter.paint(original, into: painted) } / .seconds(1))

        let objective = FeatureObjective(
            targets, photo: start, style: style, vgg: features, pooling: pooling, context: context)
        let optimizer = PictureOptimizer(start, objective: objective, method: .lbfgs, context: context)
        var run = OptimizationRun([(start.shape, most)], shouldStop: shouldStop, report: report)
        try run.optimize(optimizer, iterations: most) { progress in
            guard iterations.contains(progress.step) else { return }
            pictures.append((Self.label(progress.step), PixelBuffer(optimizer.picture)))
            seconds.append(progress.seconds)
        }
        if !iterations.contains(run.summary.steps), run.summary.steps > 0 {
            pictures.append((Self.label(run.summary.steps), PixelBuffer(optimizer.picture)))
            seconds.append(run.summary.seconds)
        }
        try file.write(grid.draw([("painting", try picture.fitted(width: width, height: height))] + pictures))
        report(.wrote(figure))
        return (rows(pictures, seconds, objective), run.summary)
    }

    private static func label(_ iterations: Int) -> String { iterations == 1 ? "1 iteration" : "\(iterations) iterations" }

    /// What the pictures are worth.
    private func rows(
        _ pictures: [(name: String, pixels: PixelBuffer)], _ seconds: [Double], _ objective: FeatureObjective
    ) -> [Row] {
        let memory = MapMemory(), photo = pictures[0].pixels
        let gradient = memory.map(MapShape(images: 1, height: photo.height, width: photo.width, channels: 3))
        let noise = FlatNoise(photo: photo)
        return zip(pictures, seconds).map { picture, seconds in
            let losses = objective.evaluate(picture.pixels.map(in: memory), gradient: gradient)
            return Row(
                name: picture.name, losses: losses, seconds: seconds, noise: noise.deviation(of: picture.pixels))
        }
    }
}
