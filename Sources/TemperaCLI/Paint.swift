import ArgumentParser
import Foundation
import Tempera

/// `tempera paint PHOTO PAINTING OUT --vgg FILE`
struct Paint: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Paint one photo as well as can be, by optimising its pixels.",
        usage: "tempera paint <photo> <painting> <output> --vgg <file> [options]",
        discussion: """
            Takes minutes a picture and no training. Stopped early (Ctrl-C), it leaves the picture as far as it has come.
            """)

    @Argument(help: "The photo.", completion: .file())
    var photo: String

    @Argument(help: "The painting.", completion: .file())
    var painting: String

    @Argument(help: "Picture to write.", completion: .file())
    var output: String

    @OptionGroup(title: "Painting") var style: PaintStyleArguments
    @OptionGroup(title: "Objective") var objective: PaintObjectiveArguments
    @OptionGroup(title: "Run") var optimization: PaintRunArguments
    @OptionGroup(title: "Output") var writing: PictureOutputArguments
    @OptionGroup(title: "Messages") var messages: MessageArguments

    func validate() throws {
        let paintings = style.and.count + 1
        if let blend = style.blend, blend.weights.count != paintings {
            throw ValidationError("--blend needs \(paintings.counted("weight")), one a painting")
        }
    }

    func run() throws {
        messages.verbosity.bootstrap()
        let inputs = [photo, painting, optimization.features.vgg] + style.and
        try writing.existing.check(output, inputs: inputs)
        if let log = writing.log, (inputs + [output]).contains(where: { $0 == log || Job.isSameFile($0, log) }) {
            throw Failure(text: "--log \(log): is a picture of this run; choose another file")
        }
        var job = DirectPainting(photo: photo, painting: painting, output: output, vgg: optimization.features.vgg)
        style.apply(to: &job, painting: painting)
        objective.apply(to: &job)
        optimization.apply(to: &job)
        job.pictureEvery = writing.every
        job.log = writing.log
        let replaced = job.replaced
        if !replaced.isEmpty { try writing.existing.demand(replaced.joined(separator: ", ")) }
        try OptimizationConsole(messages.verbosity).run(output) { try job.run(shouldStop: $0, report: $1) }
    }
}

struct PaintStyleArguments: ParsableArguments {
    @Option(help: ArgumentHelp("A further painting to blend with the first. Can be given again.", valueName: "painting"), completion: .file())
    var and: [String] = []

    @Option(help: ArgumentHelp("How much each painting counts, in their order, as '2,1'. (default: all the same)", valueName: "weights"))
    var blend: WeightListArgument?

    @Option(help: "Size of the painting against the picture; below 1 makes finer strokes.")
    var styleScale: Double = 1

    @Flag(help: "Keep the photo's colours.")
    var originalColors = false

    @OptionGroup var sizing: ResizeArguments

    func apply(to job: inout DirectPainting, painting: String) {
        job.paintings = ([painting] + and).enumerated().map { index, path in
            DirectPainting.Painting(path, weight: blend?.weights[index] ?? 1)
        }
        job.styleScale = styleScale
        job.keepsColors = originalColors
        job.size = sizing.resize?.size
    }
}

struct PaintObjectiveArguments: ParsableArguments {
    @Option(help: "How much the photo counts.")
    var contentWeight: Float = 1

    @Option(help: "How much the painting counts.")
    var styleWeight: Float = 100

    @Option(help: "How much smoothness counts.")
    var tvWeight: Float = 40

    @Option(
        help: ArgumentHelp(
            "Layers of VGG16, conv1_1 to conv5_3, that the photo is seen by, with weights if they differ: 'conv3_1=0.5,conv4_2'. (default: conv4_2)",
            valueName: "layers"))
    var contentLayers: LayerListArgument?

    @Option(
        help: ArgumentHelp(
            "Layers that the painting is seen by. (default: conv1_1,conv2_1,conv3_1,conv4_1,conv5_1)", valueName: "layers"))
    var styleLayers: LayerListArgument?

    @Option(help: "How VGG16 makes one pixel of four.")
    var pooling: Pooling = .average

    func apply(to job: inout DirectPainting) {
        let standard = FeatureWeights()
        job.weights.content = contentLayers?.weights(times: contentWeight) ?? standard.content.mapValues { _ in contentWeight }
        job.weights.style = styleLayers?.weights(times: styleWeight) ?? standard.style.mapValues { _ in styleWeight }
        job.weights.totalVariation = tvWeight
        job.pooling = pooling
    }
}

struct PaintRunArguments: ParsableArguments {
    @OptionGroup var features: VGGArguments

    @Option(help: "Iterations; large pictures spend most of them on a smaller one.")
    var iterations: Int = 500

    @Option(help: "What moves the pixels: lbfgs, with a line search, or adam.")
    var optimizer: PictureOptimizerName = .lbfgs

    @Option(help: "Levels of brightness that a step of adam moves a pixel by. (default: 10)")
    var rate: Double?

    @Option(help: "Begin with the photo or with noise.")
    var start: DirectPainting.Start = .photo

    @Option(help: "Where noise begins: the same seed gives the same picture.")
    var seed: UInt64 = 1

    @Option(help: "Arithmetic: exact, or with bf16 a quarter faster, where L-BFGS finds its end earlier.")
    var precision: Precision = .fp32

    @OptionGroup var work: ThreadArguments

    func validate() throws {
        if iterations < 1 { throw ValidationError("--iterations must be at least 1") }
        if rate != nil, optimizer == .lbfgs { throw ValidationError("--rate is of --optimizer adam; lbfgs finds its own") }
    }

    func apply(to job: inout DirectPainting) {
        job.iterations = iterations
        job.method = optimizer == .lbfgs ? .lbfgs : .adam(rate: rate ?? 10)
        job.start = start
        job.seed = seed
        job.isExact = precision != .bf16
        job.threads = work.threads
    }
}

enum PictureOptimizerName: String, CaseIterable, ExpressibleByArgument { case lbfgs, adam }
