import Glibc
import Media
import Network

/// Everything that decides what `TrainingRun` makes of a painting.
public struct TrainingOptions: Sendable {
    public static let standardStyleSize = 384

    /// How long a run lasts.
    public enum Length: Sendable, Hashable {
        case iterations(Int)
        /// As many iterations as are expected to fit, judged by the first ones.
        case minutes(Double)
    }

    /// What moves the weights.
    public enum Optimizer: String, Sendable, CaseIterable {
        /// Muon for kernels (Jordan et al. 2024), Adam for the rest: comes further in as many steps.
        case muon
        /// Kingma and Ba 2015.
        case adam
    }

    /// What the network learns.
    public enum Goal: Sendable, Hashable {
        /// To paint as paintings are painted, any picture files. Of several each has its turn, and all share a body.
        case style(paintings: [String])
        /// To enlarge photos, by what the architecture says.
        case upscaling(UpscalingWeights)
    }

    public var goal: Goal
    /// A folder of photos, searched with its subfolders.
    public var photos: String
    /// VGG16's weights; without a loss on features not read.
    public var vgg: String
    /// Where the model goes. Checkpoint, losses and preview lie beside it.
    public var output: String
    public var architecture = Architecture.johnsonFull
    public var length = Length.minutes(40)
    /// Crops a step.
    public var batch = 4
    /// Side of a crop: 64 to 4096, a multiple of 8 and of the network's alignment; for an upscaler of 16.
    public var crop = 256
    /// The part of a style's steps, 0 to 1, that are taken on crops of half the side, before those of the whole side. None are
    /// where that half is below 128 or fits no network.
    public var smallShare = 0.85
    public var weights = LossWeights()
    public var pooling = Pooling.max
    /// Short side to which the painting is scaled: the smaller, the finer its strokes in the result.
    public var styleSize = standardStyleSize
    /// A model to start from: its weights, or, when it is of another architecture, what it paints, which is imitated for
    /// the first quarter of the steps.
    public var initial: String?
    public var seed: UInt64 = 1
    /// Trains weights that are multiples of about this many standard deviations of their tensor, 0 to 1; 0 for any. With 0.5
    /// the file packs to less than a third.
    public var weightStep: Float = 0
    /// Trains the norms and the last convolution alone, by Adam, on the body of `initial`: the file is a hundredth of a
    /// network's, and needs that of `initial` beside it or among the bundled styles.
    public var sharesBody = false
    public var optimizer = Optimizer.muon
    /// The highest learning rate; nil for what suits the goal.
    public var rate: Double?
    /// Goes on from the checkpoint beside `output`.
    public var resume = false
    /// Whether a model, or the checkpoint of a run that was stopped, may be replaced.
    public var overwrite = false
    /// Steps from one preview to the next; 0 for none.
    public var previewEvery = 200
    /// Threads; nil for one a CPU.
    public var threads: Int?
    /// For the model's metadata.
    public var licence: String?
    /// One a painting, or none.
    public var provenance: [String] = []

    public init(painting: String, photos: String, vgg: String, output: String) {
        self.init(paintings: [painting], photos: photos, vgg: vgg, output: output)
    }

    /// One network body for several paintings: `output` is the first's model, and beside it, named as their paintings are, lie
    /// those of the others, norms and a last convolution each.
    public init(paintings: [String], photos: String, vgg: String, output: String) {
        goal = .style(paintings: paintings)
        self.photos = photos
        self.vgg = vgg
        self.output = output
    }

    /// A network that enlarges by `scale`, 2 or 4.
    public init(scale: Int, weights: UpscalingWeights, photos: String, vgg: String, output: String) {
        goal = .upscaling(weights)
        self.photos = photos
        self.vgg = vgg
        self.output = output
        architecture = .upscaler(scale)
        optimizer = .adam
        batch = 8
        crop = 48 * scale
    }

    /// The files that are read: the paintings, VGG16's weights, and a model to start from.
    var inputs: [String] {
        [vgg] + (initial.map { [$0] } ?? []) + paintings
    }

    var paintings: [String] { if case .style(let paintings) = goal { paintings } else { [] } }

    var files: TrainingFiles { TrainingFiles(output: output, paintings: paintings) }

    /// What an earlier run left and this one would replace: its checkpoint, or else models.
    public var taken: [String] {
        if resume { return [] }
        let files = files, there = ([files.checkpoint] + files.models).filter { access($0, F_OK) == 0 }
        return there.first == files.checkpoint ? [files.checkpoint] : there
    }

    /// What is trained on has a ground truth of `crop`; the network sees it as many times smaller as it enlarges.
    var isUpscaling: Bool { if case .upscaling = goal { true } else { false } }

    /// Whether every other crop is a moved view of the one before it.
    var isPaired: Bool { weights.temporal > 0 && !isUpscaling }

    /// The side of the small crops; nil where they would be too small to show a style, or fit no network.
    var smallCrop: Int? {
        let side = crop / 2
        return isUpscaling || side < 128 || side % max(8, architecture.alignment) != 0 ? nil : side
    }

    /// - Throws: `TrainingError` for a value out of its range.
    func check() throws(TrainingError) {
        let alignment = isUpscaling ? 16 : max(8, architecture.alignment)
        guard isUpscaling || !paintings.isEmpty else { throw .noPaintings }
        if case .upscaling(let weights) = goal { try weights.check() }
        guard provenance.isEmpty || provenance.count == max(1, paintings.count) else {
            throw .outOfRange(.provenance)
        }
        guard Requirement.crops.contains(crop), crop % alignment == 0 else {
            throw .outOfRange(.crop(multipleOf: alignment))
        }
        if isPaired, batch % 2 == 1 { throw .outOfRange(.evenBatch) }
        guard Requirement.batches.contains(batch) else { throw .outOfRange(.batch) }
        guard (architecture.enlargement > 1) == isUpscaling else { throw .outOfRange(.network(enlarges: isUpscaling)) }
        guard architecture.largestMap(side: crop) < Int(Int32.max) / 2 else {
            throw .outOfRange(.smallerCrop)
        }
        let isPicture = architecture.blocks.map { if case .convolution(let c, _, _) = $0 { c.outputs == 3 } else { false } }
        guard !isPicture.dropLast().contains(true) else { throw .outOfRange(.wideMaps) }
        guard Architecture.named(architecture.name) != nil else { throw .outOfRange(.knownNetwork) }
        guard !sharesBody || initial != nil && !isUpscaling && weightStep == 0 else {
            throw .outOfRange(.startOfSharedBody)
        }
        guard peakRate > 0, peakRate <= Requirement.mostLearningRate else { throw .outOfRange(.learningRate) }
        guard Requirement.shares.contains(smallShare) else { throw .outOfRange(.smallShare) }
        guard Requirement.shares.contains(Double(weightStep)) else { throw .outOfRange(.weightStep) }
        switch length {
        case .iterations(let count):
            guard Requirement.counts.contains(count) else { throw .outOfRange(.iterations) }
        case .minutes(let minutes):
            guard minutes > 0, minutes <= Requirement.mostMinutes else { throw .outOfRange(.minutes) }
        }
    }

    var peakRate: Double { rate ?? (isUpscaling ? 1e-3 : sharesBody ? 1e-2 : 3e-3) }

    /// What of these must be the same for a run to go on, one `name value` each.
    var fingerprint: [String] {
        let run = ["network \(architecture.name)", "batch \(batch)", "crop \(crop)", "seed \(seed)", "rate \(peakRate)"]
            + ["optimizer \(optimizer.rawValue)", "weight-step \(weightStep)", "share-body \(sharesBody)", "init \(initial?.folderAndName.name ?? "none")", "vgg \(vgg.folderAndName.name)"]
        if case .upscaling(let weights) = goal {
            return run + ["pixel-weight \(weights.pixel)", "feature-weight \(weights.feature)"]
        }
        return paintings.map { "painting \($0.folderAndName.name)" } + [
            "content-weight \(weights.content)",
            "style-weight \(weights.style)", "tv-weight \(weights.totalVariation)",
            "temporal-weight \(weights.temporal)", "grid-weight \(weights.grid)", "edge-weight \(weights.edge)",
            "tone-weight \(weights.tone)",
            "content-layer \(weights.contentLayer.rawValue)", "style-layers \(weights.styleLayers.map(\.rawValue))",
            "pooling \(pooling.rawValue)", "style-size \(styleSize)",
            "small-crops \(smallShare)",
        ] + run
    }
}
