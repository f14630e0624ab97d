import ArgumentParser
import Tempera

/// `--vgg`, where it cannot be left out.
struct VGGArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "VGG16's weights as .safetensors: Caffe's, or torchvision's, as timm/vgg16.tv_in1k on Hugging Face has them.",
            valueName: "file"),
        completion: .file())
    var vgg: String
}

/// `--resize`, of a picture that is worked on
struct ResizeArguments: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Work at this size; -1 for one side keeps the aspect. (default: the picture's)", valueName: "WxH"))
    var resize: SizeArgument?
}

/// `--precision`, of a network that is run
struct PrecisionArguments: ParsableArguments {
    @Option(help: "Arithmetic: exact, faster, or the fastest without a visible difference.")
    var precision: Precision = .auto
}

/// `--threads`
struct ThreadArguments: ParsableArguments {
    @Option(help: "Threads. (default: one a core)")
    var threads: Int?

    func validate() throws {
        if let threads, !(1...1024).contains(threads) { throw ValidationError("--threads must be 1 to 1024") }
    }
}

/// `--verbose`, `--quiet`
struct MessageArguments: ParsableArguments {
    @Flag(name: .shortAndLong, help: "Say more on stderr.")
    var verbose = false

    @Flag(name: .shortAndLong, help: "Only errors on stderr.")
    var quiet = false

    func validate() throws {
        if verbose && quiet { throw ValidationError("--verbose and --quiet exclude each other") }
    }

    var verbosity: Verbosity { quiet ? .quiet : verbose ? .verbose : .normal }
}
