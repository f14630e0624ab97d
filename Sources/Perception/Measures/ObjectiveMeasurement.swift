import Media
import Network

/// What a model is worth: the objective of Johnson et al. 2016 on photos it has not seen, each as a whole.
///
/// ```swift
/// let measurement = ObjectiveMeasurement(painting: "wave.jpg", photos: "heldout", vgg: "vgg16.safetensors")
/// print(try measurement.run(.direct(iterations: 100)).total)
/// ```
public struct ObjectiveMeasurement: Sendable {
    /// What is measured.
    public enum Subject: Sendable {
        /// What a model paints, as bytes.
        case model(Model)
        /// The photos as they are.
        case photos
        /// Iterations of L-BFGS on the pixels themselves, from the photo: what a model stands in for.
        case direct(iterations: Int)
    }

    public var painting: String
    /// A folder; every photo is scaled to `size` at its short side and cut square about its middle.
    public var photos: String
    public var vgg: String
    public var weights = LossWeights()
    public var pooling = Pooling.max
    public var styleSize = TrainingOptions.standardStyleSize
    /// Side of the squares: a multiple of 16 from 64 to 2048.
    public var size = 256
    public var threads: Int?

    public init(painting: String, photos: String, vgg: String) {
        self.painting = painting
        self.photos = photos
        self.vgg = vgg
    }

    /// The mean losses, in float32 throughout.
    /// - Parameters:
    ///   - progress: Is told how many photos were measured, and of how many.
    ///   - leftOut: Is told the names of photos that cannot be read, or that training would leave out: longer than 8:1.
    /// - Throws: `TrainingError`, `OptimizationError`, `NetworkError`.
    public func run(
        _ subject: Subject, progress: (_ done: Int, _ of: Int) -> Void = { _, _ in }, leftOut: (String) -> Void = { _ in }
    ) throws -> Losses {
        if case .direct(let iterations) = subject { try OptimizationError.check(iterations: [iterations]) }
        guard Requirement.sizes.contains(size), size % 16 == 0 else { throw OptimizationError.outOfRange(.size) }
        let folder = try PhotoFolder(photos), memory = MapMemory()
        let context = try TrainingContext(threads: threads, isExact: true)
        var needs = OptimizationMemory(
            weights: FeatureWeights(weights), method: .lbfgs, threads: context.pool.threads, usesPairs: context.usesPairs)
        if case .direct = subject { needs.objectives = 2 }
        try needs.check(width: size, height: size)
        let (_, style, features) = try StyleTarget.read(
            painting, size: styleSize, vgg: vgg, weights: weights, pooling: pooling, context: context)
        let shape = MapShape(images: 1, height: size, width: size, channels: 3)
        let objective = PerceptualObjective(
            weights.ofOnePicture, styles: [style], vgg: features, pooling: pooling, input: shape, context: context)
        let photo = memory.map(shape), painted = memory.map(shape), gradient = memory.map(shape)
        let square = PixelBuffer(width: size, height: size), canvas = PixelBuffer(width: size, height: size)
        var painter: Painter?
        if case .model(let model) = subject {
            painter = try Painter(model: model, width: size, height: size, pool: context.pool)
        }

        var sum = Losses(), measured = 0
        for index in folder.files.indices {
            guard let scaled = try? folder.read(index).scaled(shortSide: size) else {
                leftOut(folder.files[index])
                continue
            }
            scaled.copyCrop(x: (scaled.width - size) / 2, y: (scaled.height - size) / 2, to: photo, image: 0)
            painted.base.update(from: photo.base, count: shape.count)
            let batch = Batch(photos: photo)
            if let painter {
                square.fill(from: photo)
                painter.paint(square, into: canvas)
                canvas.copyCrop(x: 0, y: 0, to: painted, image: 0)
            }
            if case .direct(let iterations) = subject {
                let direct = FeatureObjective(
                    FeatureWeights(weights), photo: photo, style: style, vgg: features, pooling: pooling,
                    context: context)
                let optimizer = PictureOptimizer(photo, objective: direct, method: .lbfgs, context: context)
                for _ in 0..<iterations where !optimizer.hasConverged { optimizer.step() }
                for i in 0..<shape.count { painted.base[i] = min(255, max(0, optimizer.picture.base[i])) }
            }
            let losses = objective.evaluate(painted, batch, gradient: gradient)
            sum.add(losses, share: 1)
            measured += 1
            progress(index + 1, folder.files.count)
        }
        if measured == 0 { throw TrainingError.noReadablePhotos(photos) }
        var mean = Losses()
        mean.add(sum, share: 1 / Double(measured))
        return mean
    }
}
