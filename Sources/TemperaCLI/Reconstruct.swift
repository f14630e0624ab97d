import ArgumentParser
import Tempera

/// `tempera reconstruct …`
struct Reconstruct: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "See what VGG16's layers know of a picture: make it anew from them.",
        subcommands: [ReconstructContent.self, ReconstructStyle.self])
}

/// `tempera reconstruct content IMAGE [OUTPUT] --vgg FILE --layer conv4_1`
struct ReconstructContent: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "content", abstract: "From noise, by the features of one layer.",
        discussion: "Prints how near the picture comes to the original: early layers keep pixels, late ones keep meaning.")

    @OptionGroup var files: ReconstructionFiles

    @Option(help: ArgumentHelp("The layer. (default: conv4_1)", valueName: "layer"))
    var layer: LayerArgument?

    @Option(help: ArgumentHelp("With --grid, the layers. (default: conv1_2,conv2_2,conv3_3,conv4_1,conv5_1)", valueName: "layers"))
    var layers: LayerListArgument?

    @Flag(help: "One picture over several layers.")
    var grid = false

    @OptionGroup(title: "Run") var arguments: ReconstructionArguments
    @OptionGroup(title: "Messages") var messages: MessageArguments

    func validate() throws {
        if grid ? layer != nil : layers != nil { throw ValidationError("give --layer, or --grid with --layers") }
        try layers?.refuseWeights()
    }

    func run() throws {
        let sets = grid ? layers?.layers.map { [$0.layer] } ?? Reconstruction.contentLayers : [[layer?.layer ?? .relu4_1]]
        try arguments.start(.content, files, sets, messages, name: grid ? "content" : "conv\(sets[0][0].rawValue)")
    }
}

/// `tempera reconstruct style PAINTING [OUTPUT] --vgg FILE --layers conv1_1,conv2_1`
struct ReconstructStyle: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "style", abstract: "Its texture, from noise, by the Gram matrices of several layers.")

    @OptionGroup var files: ReconstructionFiles

    @Option(help: ArgumentHelp("The layers. (default: conv1_1,conv2_1,conv3_1,conv4_1,conv5_1)", valueName: "layers"))
    var layers: LayerListArgument?

    @Flag(help: "One picture of what comes from the first layer, the first two, and so on.")
    var grid = false

    @OptionGroup(title: "Run") var arguments: ReconstructionArguments
    @OptionGroup(title: "Messages") var messages: MessageArguments

    func validate() throws { try layers?.refuseWeights() }

    func run() throws {
        let all = layers?.layers.map(\.layer) ?? Reconstruction.styleLayers
        let sets = grid ? all.indices.map { Array(all[...$0]) } : [all]
        try arguments.start(.style, files, sets, messages, name: "style")
    }
}

struct ReconstructionFiles: ParsableArguments {
    @Argument(help: "The picture.", completion: .file())
    var picture: String

    @Argument(help: "Picture to write. (default: the picture's name and what it shows, as .png in this folder)", completion: .file())
    var output: String?

    @OptionGroup var existing: OverwriteArguments

    /// The output, which may be written.
    func checkedOutput(_ name: String) throws -> String {
        let output = output ?? "\(Job.stem(of: picture))-\(name).png"
        try existing.check(output, inputs: [picture])
        return output
    }
}

struct ReconstructionArguments: ParsableArguments {
    @OptionGroup var features: VGGArguments

    @OptionGroup var sizing: ResizeArguments

    @Option(help: "Iterations a picture.")
    var iterations: Int = 200

    @Option(help: "How much smoothness counts against likeness. (default: 0.001; of a style 0.0001)")
    var tvWeight: Float?

    @Option(help: "How VGG16 makes one pixel of four.")
    var pooling: Pooling = .average

    @Option(help: "Where the noise begins: the same seed gives the same picture.")
    var seed: UInt64 = 1

    @OptionGroup var work: ThreadArguments

    func validate() throws {
        if iterations < 1 { throw ValidationError("--iterations must be at least 1") }
    }

    func start(
        _ subject: Reconstruction.Subject, _ files: ReconstructionFiles, _ layers: [[VGG16Layer]],
        _ messages: MessageArguments, name: String
    ) throws {
        messages.verbosity.bootstrap()
        let output = try files.checkedOutput(name)
        var job = Reconstruction(subject, of: files.picture, output: output, vgg: features.vgg, layers: layers)
        job.size = sizing.resize?.size
        job.iterations = iterations
        if let tvWeight { job.smoothness = tvWeight }
        job.pooling = pooling
        job.seed = seed
        job.threads = work.threads
        var results: [Reconstruction.Result] = []
        try OptimizationConsole(messages.verbosity).run(output) {
            let done = try job.run(shouldStop: $0, report: $1)
            results = done.results
            return done.summary
        } table: {
            // A texture is nowhere where it was: what can be told is how much of it is missing.
            let rows = results.map { result in
                let layers = result.layers.map { "conv\($0.rawValue)" }.joined(separator: ",")
                return [layers, subject == .content ? "\(result.psnr.fixed(2)) dB" : result.losses.style.fixed(4)]
            }
            return Table(header: ["LAYERS", subject == .content ? "PSNR" : "MISSING"], rows: rows, rightAligned: [1])
        }
    }
}
