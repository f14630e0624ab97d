import ArgumentParser
import Tempera

/// `tempera dream IMAGE [OUTPUT] --vgg FILE --layer conv4_3`
struct DreamCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dream", abstract: "Show more and more of what layers of VGG16 respond to in a picture.")

    @OptionGroup var files: ReconstructionFiles

    @Option(help: ArgumentHelp("A layer of VGG16, conv1_1 to conv5_3, or several with weights, as 'conv4_3,conv5_1=0.5'. (default: conv4_3)", valueName: "layers"))
    var layer: LayerListArgument?

    @OptionGroup var features: VGGArguments

    @OptionGroup var sizing: ResizeArguments

    @Option(help: "Steps an octave.")
    var iterations: Int = 10

    @Option(help: "Sizes from small to large.")
    var octaves: Int = 4

    @Option(help: "From the sides of one octave to those of the next.")
    var octaveScale: Double = 1.4

    @Option(help: "Levels of brightness that a step moves pixels by.")
    var rate: Double = 1.5

    @Option(help: ArgumentHelp("How far the picture is shifted at most from step to step.", valueName: "pixels"))
    var jitter: Int = 32

    @Option(help: "Where chance begins: the same seed gives the same picture.")
    var seed: UInt64 = 1

    @OptionGroup var work: ThreadArguments

    @OptionGroup(title: "Messages") var messages: MessageArguments

    func validate() throws {
        if iterations < 1 { throw ValidationError("--iterations must be at least 1") }
    }

    func run() throws {
        messages.verbosity.bootstrap()
        let output = try files.checkedOutput("dream")
        var dream = Dream(files.picture, output: output, vgg: features.vgg)
        if let layer { dream.layers = layer.weights(times: 1) }
        dream.size = sizing.resize?.size
        dream.iterations = iterations
        dream.octaves = octaves
        dream.octaveScale = octaveScale
        dream.rate = rate
        dream.jitter = jitter
        dream.seed = seed
        dream.threads = work.threads
        try OptimizationConsole(messages.verbosity).run(output) { try dream.run(shouldStop: $0, report: $1) }
    }
}
