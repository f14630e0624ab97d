import ArgumentParser
import Logging
import Tempera

/// `tempera train PAINTING… --photos DIR --vgg FILE --out MODEL`
struct Train: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Train a style from a painting, or several on one body.",
        discussion: """
            Beside the model lie its losses as .losses.csv and .losses.png and a .preview.png. Stopped early (Ctrl-C), it \
            leaves a model that works and a .checkpoint to go on from with --resume. Of several paintings each has its turn; \
            the first's model is a whole network (without --share-body), and beside it each other's, named after the \
            painting, is 25 KB on that one's body; --init with such a network has all of them go on.
            """)

    @Argument(help: "The painting, or several: any picture files.", completion: .file())
    var paintings: [String]

    @Option(
        help: ArgumentHelp("Folder of photos to learn from, with its subfolders.", valueName: "folder"),
        completion: .directory)
    var photos: String

    @OptionGroup var features: VGGArguments

    @Option(help: ArgumentHelp("Model to write: a .safetensors file.", valueName: "model"), completion: .file())
    var out: String

    @OptionGroup(title: "Length") var length: TrainingLengthArguments
    @OptionGroup(title: "Style") var style: TrainingStyleArguments
    @OptionGroup(title: "Run") var training: TrainingRunArguments
    @OptionGroup(title: "Messages") var messages: MessageArguments

    func run() throws {
        messages.verbosity.bootstrap()
        let options = try options()
        if !options.architecture.runsOnOwnKernels {
            Logger(label: "tempera").warning("\(options.architecture.name) paints many times slower than widths that are multiples of 16")
        }
        try TrainingConsole(messages.verbosity).run(training.deciding(options))
    }

    func validate() throws {
        try training.check(out: out)
        if style.shareBody, training.optimizer == .muon { throw ValidationError("--share-body trains with adam") }
    }

    func options() throws -> TrainingOptions {
        var options = TrainingOptions(paintings: paintings, photos: photos, vgg: features.vgg, output: out)
        length.apply(to: &options)
        style.apply(to: &options)
        training.apply(to: &options)
        if let network = try style.network?.architecture ?? training.initial.map({ try Style($0).architecture }) {
            options.architecture = network
        }
        return options
    }
}

struct TrainingLengthArguments: ParsableArguments {
    @Option(help: "Minutes to train. (default: 40)")
    var minutes: Double?

    @Option(help: "Steps to train, instead of a time.")
    var iterations: Int?

    func validate() throws {
        if minutes != nil && iterations != nil {
            throw ValidationError("--minutes and --iterations exclude each other")
        }
    }

    func apply(to options: inout TrainingOptions) {
        if let minutes { options.length = .minutes(minutes) }
        if let iterations { options.length = .iterations(iterations) }
    }
}

struct TrainingStyleArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Network: full, that of 2016; live, many times faster; or a live one of other widths. (default: that of --init, or full)",
            discussion: "live-16-48-r4 is live: channels at 1/2, 1/4, … of the sides, in multiples of 16, and residual blocks.",
            valueName: "network"))
    var network: TrainedNetwork?

    @Flag(
        help: "Train norms and last layer alone, on the body of --init: 25 KB for a full network, of use only with that style.")
    var shareBody = false

    @Option(
        help: ArgumentHelp(
            "Part of the steps, the first ones, on crops of half the side, if that is 128 or more: four times as fast. (default: 0.85)",
            valueName: "0...1"))
    var smallCrops: Double?

    @OptionGroup var weights: ObjectiveWeightArguments

    @Option(help: "How much steadiness from frame to frame counts. (default: 2)")
    var temporalWeight: Float?

    @Option(help: "How much it counts that smooth places show no grid. (default: 100000)")
    var gridWeight: Float?

    @Option(help: "How much it counts that the edges get no frame of another colour: about 400 where a style has one. (default: 0)")
    var edgeWeight: Float?

    @Option(help: "How much it counts that light and dark follow the photo's: about 100000 where light skies come out dark. (default: 0)")
    var toneWeight: Float?

    @Option(help: ArgumentHelp("Steps from one preview to the next; 0 for none.", valueName: "steps"))
    var previewEvery: Int = 200

    @Option(help: ArgumentHelp("Where the painting comes from, for the metadata; of several, once for each.", valueName: "text"))
    var provenance: [String] = []

    func validate() throws {
        if previewEvery < 0 { throw ValidationError("--preview-every must be 0 or more") }
    }

    func apply(to options: inout TrainingOptions) {
        (options.previewEvery, options.provenance) = (previewEvery, provenance)
        weights.apply(to: &options.weights)
        if let temporalWeight { options.weights.temporal = temporalWeight }
        if let gridWeight { options.weights.grid = gridWeight }
        if let edgeWeight { options.weights.edge = edgeWeight }
        if let toneWeight { options.weights.tone = toneWeight }
        if let size = weights.styleSize { options.styleSize = size }
        options.sharesBody = shareBody
        if let smallCrops { options.smallShare = smallCrops }
    }
}

/// What the objective is made of, but for steadiness.
struct ObjectiveWeightArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Pixels of the painting's short side; fewer make finer strokes. (default: 384)", valueName: "pixels"))
    var styleSize: Int?

    @Option(help: "How much the photo counts. (default: 1)")
    var contentWeight: Float?

    @Option(help: "How much the painting counts: more hides the photo. (default: 8)")
    var styleWeight: Float?

    @Option(help: "How much smoothness counts. (default: 0.05)")
    var tvWeight: Float?

    func apply(to weights: inout LossWeights) {
        if let contentWeight { weights.content = contentWeight }
        if let styleWeight { weights.style = styleWeight }
        if let tvWeight { weights.totalVariation = tvWeight }
    }
}

struct TrainingRunArguments: ParsableArguments {
    @Option(
        name: .customLong("init"),
        help: ArgumentHelp(
            "Start from this model: far fewer steps. One of another network is imitated for a quarter of them.",
            valueName: "name|file"),
        completion: .file())
    var initial: String?

    @Option(help: "Crops a step, an even number with a temporal loss. (default: 4; 8 for an upscaler)")
    var batch: Int?

    @Option(
        help: ArgumentHelp("Side of a crop. (default: 256; 48 times the scale of an upscaler)", valueName: "pixels"))
    var crop: Int?

    @Option(help: "What moves the weights: muon, which comes further in as many steps, or adam. (default: muon; adam with --share-body and for an upscaler)")
    var optimizer: TrainingOptions.Optimizer?

    @Option(help: "Highest learning rate. (default: 0.003; 0.01 with --share-body, 0.001 for an upscaler)")
    var rate: Double?

    @Option(
        help: ArgumentHelp(
            "Train weights that are multiples of this many standard deviations of their layer: with 0.5 the model packs to a third. (default: 0, any)",
            valueName: "0...1"))
    var weightStep: Float?

    @Option(help: "Where chance begins: as many --iterations with the same seed give the same model.")
    var seed: UInt64 = 1

    @Flag(help: "Go on from the checkpoint beside the model, for the steps that were left.")
    var resume = false

    @OptionGroup var existing: OverwriteArguments

    @OptionGroup var work: ThreadArguments

    @Option(help: ArgumentHelp("The model's licence, for its metadata.", valueName: "text"))
    var licence: String?

    /// - Throws: `ValidationError` for a model that no style's name would find.
    func check(out: String) throws {
        if !out.hasSuffix(".safetensors"), !resume {
            throw ValidationError("--out \(out): a model's name ends in .safetensors")
        }
    }

    /// `options` with the answer to what becomes of an earlier run's files.
    func deciding(_ options: TrainingOptions) throws -> TrainingOptions {
        var options = options
        let taken = options.taken
        if !taken.isEmpty { options.overwrite = try existing.mayReplace(taken.joined(separator: ", "), isTaken: true) }
        return options
    }

    func apply(to options: inout TrainingOptions) {
        options.initial = initial
        if let batch { options.batch = batch }
        if let crop { options.crop = crop }
        if let optimizer { options.optimizer = optimizer }
        if let rate { options.rate = rate }
        if let weightStep { options.weightStep = weightStep }
        options.seed = seed
        options.resume = resume
        options.threads = work.threads
        options.licence = licence
    }
}

extension TrainingOptions.Optimizer: ExpressibleByArgument {}

/// A network that a style can be trained for.
struct TrainedNetwork: ExpressibleByArgument {
    let architecture: Architecture

    init?(argument: String) {
        switch argument {
        case "full": architecture = .johnsonFull
        case "live": architecture = .live
        default:
            guard argument.hasPrefix("live-"), let named = Architecture.named(argument) else { return nil }
            architecture = named
        }
    }

    static var defaultCompletionKind: CompletionKind { .list(["full", "live"]) }
}
