import ArgumentParser

/// `--vgg`, where it cannot be left out.
struct VGGArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "VGG16's weights as .safetensors: Caffe's, or torchvision's, as timm/vgg16.tv_in1k on Hugging Face has them.",
            valueName: "file"),
        completion: .file())
    var vgg: String
}

/// `--threads`
struct ThreadArguments: ParsableArguments {
    @Option(help: "Threads. (default: one a core)")
    var threads: Int?

    func validate() throws {
        if let threads, threads < 1 { throw ValidationError("--threads must be at least 1") }
    }
}
