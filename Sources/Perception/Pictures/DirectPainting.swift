import Foundation
import Media
import Network

/// A photo painted as paintings are, by optimising its pixels (Gatys et al. 2016): minutes a picture, and the best there is.
///
/// ```swift
/// var painting = DirectPainting(photo: "cat.jpg", painting: "wave.jpg", output: "cat-wave.png", vgg: "vgg16.safetensors")
/// painting.iterations = 300
/// let summary = try painting.run(report: { print($0) })
/// ```
///
/// The result depends on these values and the kind of machine alone. `run` replaces what is at `output`, once it is done.
public struct DirectPainting: Sendable {
    /// A picture whose style counts `weight`.
    public struct Painting: Sendable, Hashable {
        public var path: String
        public var weight: Float

        public init(_ path: String, weight: Float = 1) {
            self.path = path
            self.weight = weight
        }
    }

    /// What the optimisation begins with.
    public enum Start: String, Sendable, CaseIterable {
        case photo
        case noise
    }

    /// Pixels beyond each edge that are painted too, the photo mirrored there, and cut off in the end: VGG16 sees nothing beyond
    /// its picture, which leaves marks along the edges.
    private static let margin = 8

    public var photo: String
    /// At least one.
    public var paintings: [Painting]
    /// A picture file of the kind that its extension says.
    public var output: String
    /// VGG16's weights.
    public var vgg: String
    /// Nil for the photo's own size.
    public var size: RequestedSize?
    public var weights = FeatureWeights()
    public var pooling = Pooling.average
    public var method = PictureMethod.lbfgs
    public var start = Start.photo
    /// A painting is seen at this many times the picture's size: below 1 for finer strokes.
    public var styleScale = 1.0
    /// Keeps the photo's colours and paints its light.
    public var keepsColors = false
    /// Where noise begins.
    public var seed: UInt64 = 1
    /// Over all sizes that the picture goes through.
    public var iterations = 500
    /// Iterations from one picture beside the output, as `output-0050.png`, to the next; 0 for none.
    public var pictureEvery = 0
    /// Where the losses of every iteration go, as CSV.
    public var log: String?
    /// Float32 products even where the machine has faster ones: the rounding of those ends the line search of L-BFGS early.
    public var isExact = true
    /// Threads; nil for one a CPU.
    public var threads: Int?

    public init(photo: String, painting: String, output: String, vgg: String) {
        self.photo = photo
        paintings = [Painting(painting)]
        self.output = output
        self.vgg = vgg
    }

    /// What is there already and would be replaced beside `output`: the log, pictures on the way.
    public var replaced: [String] {
        let folder = output.folderAndName.folder
        let names = pictureEvery > 0 ? (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] : []
        return [log].compactMap { $0 }.filter(FileManager.default.fileExists)
            + names.map { "\(folder)/\($0)" }.filter(replaces).sorted()
    }

    /// Paints until the end or until `shouldStop` says so, then writes the picture as it is.
    /// - Throws: `OptimizationError`, `MediaError`, or `NetworkError` when it does not fit in memory.
    public func run(
        shouldStop: @escaping () -> Bool = { false }, report: @escaping (OptimizationEvent) -> Void = { _ in }
    ) throws -> OptimizationSummary {
        try check()
        let original = try Photo(photo), source = original.pixels, pictures = try paintings.map { try Photo($0.path).pixels }
        let (width, height) = try size?.resolved(from: (source.width, source.height)) ?? (source.width, source.height)
        let context = try TrainingContext(threads: threads, isExact: isExact)
        let memory = OptimizationMemory(
            weights: weights, method: method, styleScale: styleScale, threads: context.pool.threads,
            usesPairs: context.usesPairs, margin: Self.margin)
        try memory.check(width: width, height: height)
        func file(_ path: String) throws -> PictureFile {
            try PictureFile(path, width: width, height: height, of: original)
        }
        let last = try file(output)
        for input in [photo] + paintings.map(\.path) where replaces(input) {
            throw OptimizationError.cannotWrite(input, "it is read by this run; choose another output")
        }
        let features = try VGG16Weights.read(vgg, upTo: weights.last)
        let log = try log.map { path throws(OptimizationError) in try PictureLog(path) }
        let levels = PictureLevels(width: width, height: height, iterations: iterations).levels
        report(
            .began(
                width: width, height: height, sizes: levels.count, bytes: memory.bytes(width: width, height: height),
                threads: context.pool.threads))

        var run = OptimizationRun(
            levels.map { ($0.shape(margin: Self.margin), $0.iterations) }, shouldStop: shouldStop, report: report)
        var canvas =
            start == .photo ? source : .noise(width: levels[0].width, height: levels[0].height, seed: seed)
        for level in levels where !run.isStopped {
            let memory = MapMemory()
            func atThisSize(_ picture: PixelBuffer) throws -> Map {
                try picture.scaled(width: level.width, height: level.height).mirrored(beyond: Self.margin).map(in: memory)
            }
            func painted(_ optimizer: PictureOptimizer) -> PixelBuffer {
                PixelBuffer(optimizer.picture).cropped(by: Self.margin)
            }
            let objective = FeatureObjective(
                weights, photo: try atThisSize(source), style: try target(pictures, level, features, context),
                vgg: features, pooling: pooling, context: context)
            let optimizer = PictureOptimizer(
                try atThisSize(canvas), objective: objective, method: method, context: context)
            try run.optimize(optimizer, iterations: level.iterations, margin: Self.margin) { progress in
                log?.append(progress)
                guard pictureEvery > 0, progress.step % pictureEvery == 0, progress.step < progress.total else { return }
                let path = path(progress.step)
                do {
                    try file(path).write(finished(painted(optimizer), source, width, height))
                    report(.wrote(path))
                } catch {
                    report(.noPicture("\(error)"))
                }
            }
            canvas = painted(optimizer)
        }
        for warning in try last.write(finished(canvas, source, width, height)) { report(.warning(warning)) }
        report(.wrote(output))
        return run.summary
    }

    /// A picture of any size on the way as it goes into a file.
    private func finished(
        _ picture: PixelBuffer, _ source: PixelBuffer, _ width: Int, _ height: Int
    ) throws -> PixelBuffer {
        let whole = try picture.scaled(width: width, height: height)
        return keepsColors ? try whole.withColors(of: source.scaled(width: width, height: height)) : whole
    }

    private func check() throws(OptimizationError) {
        try weights.check()
        if weights.content.isEmpty && weights.style.isEmpty { throw .noLayer }
        try OptimizationError.check(iterations: [iterations])
        guard Requirement.styleScales.contains(styleScale) else { throw .outOfRange(.styleScale) }
        if case .adam(let rate) = method, !(rate > 0 && rate <= Requirement.mostRate) { throw .outOfRange(.rate) }
        let shares = paintings.map(\.weight)
        guard shares.allSatisfy(Requirement.paintingShares.contains), shares.reduce(0, +) > 0 else {
            throw .outOfRange(.paintingWeights)
        }
    }

    /// The Gram matrices that a picture of a level should have: of the paintings, each scaled to as many pixels.
    private func target(
        _ pictures: [PixelBuffer], _ level: PictureLevels.Level, _ features: VGG16Weights, _ context: TrainingContext
    ) throws -> StyleTarget {
        StyleTarget(
            blending: try zip(pictures, paintings).map { picture, painting in
                let factor = styleScale * (Double(level.width * level.height) / Double(picture.width * picture.height)).squareRoot()
                func side(_ length: Int) -> Int { max(OptimizationMemory.leastSide, Int((Double(length) * factor).rounded())) }
                let memory = MapMemory()
                let map = try picture.scaled(width: side(picture.width), height: side(picture.height)).map(in: memory)
                return (
                    StyleTarget(
                        painting: map, weights: features, layers: Array(weights.style.keys), pooling: pooling,
                        context: context), painting.weight
                )
            })
    }

    /// Whether a picture on the way would take the place of `input`, whose name then ends in its step.
    private func replaces(_ input: String) -> Bool {
        let digits = String(input.folderAndName.name.stem.reversed().prefix(while: \.isNumber).reversed())
        guard pictureEvery > 0, let step = Int(digits), step % pictureEvery == 0 else { return false }
        return MediaFiles.isSame(input, path(step))
    }

    /// Of a picture on the way: `output-0050.png`.
    private func path(_ step: Int) -> String {
        let number = String(repeating: "0", count: max(0, 4 - "\(step)".count)) + "\(step)"
        let name = output.folderAndName.name, ending = name.dropFirst(name.stem.count)
        return "\(output.dropLast(ending.count))-\(number)\(ending)"
    }
}
