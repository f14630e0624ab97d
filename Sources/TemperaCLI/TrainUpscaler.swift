import ArgumentParser
import Tempera

/// `tempera train-upscaler --scale 4 --loss pixel --photos DIR --out MODEL`
struct TrainUpscaler: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train-upscaler", abstract: "Train a network that enlarges pictures.",
        discussion: """
            Beside the model lie its losses as .losses.csv and .losses.png. Stopped early (Ctrl-C), it leaves a model that works \
            and a .checkpoint to go on from with --resume. A feature loss goes fastest from a model of the pixel loss (--init).
            """)

    @Option(help: "How many times larger along each side.")
    var scale: ScaleArgument = .two

    @Option(help: "Likeness of pixels, the most faithful, or also of VGG16's features, which is crisper.")
    var loss: UpscalingLoss = .pixel

    @Option(
        help: ArgumentHelp("Folder of photos to learn from, with its subfolders.", valueName: "folder"),
        completion: .directory)
    var photos: String

    @Option(
        help: ArgumentHelp("VGG16's weights, for --loss feature: Caffe's or torchvision's as .safetensors.", valueName: "file"),
        completion: .file())
    var vgg: String?

    @Option(help: ArgumentHelp("Model to write: a .safetensors file.", valueName: "model"), completion: .file())
    var out: String

    @OptionGroup(title: "Length") var length: TrainingLengthArguments
    @OptionGroup(title: "Run") var training: TrainingRunArguments
    @OptionGroup(title: "Messages") var messages: MessageArguments

    func validate() throws {
        try training.check(out: out)
        if loss == .feature && vgg == nil { throw ValidationError("--loss feature needs --vgg") }
        if loss == .pixel && vgg != nil { throw ValidationError("--vgg is for --loss feature") }
    }

    func run() throws {
        messages.verbosity.bootstrap()
        var options = TrainingOptions(scale: scale.rawValue, weights: loss.weights, photos: photos, vgg: vgg ?? "", output: out)
        length.apply(to: &options)
        training.apply(to: &options)
        try TrainingConsole(messages.verbosity).run(training.deciding(options))
    }
}

enum UpscalingLoss: String, CaseIterable, ExpressibleByArgument {
    case pixel, feature

    var weights: UpscalingWeights { self == .pixel ? .pixel : .feature }
}
