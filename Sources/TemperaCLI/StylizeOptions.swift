import ArgumentParser
import Tempera

struct PaintingArguments: ParsableArguments {
    @Option(name: .shortAndLong, help: ArgumentHelp("A bundled style or a .safetensors file. (default: the first bundled)", valueName: "name|file"))
    var style: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Paint at this size; -1 for one side keeps the aspect.", valueName: "WxH"))
    var resize: SizeArgument?

    @Option(help: ArgumentHelp("Skip this much first: seconds or [H:]MM:SS.", valueName: "time"))
    var start: TimeArgument?

    @Option(help: ArgumentHelp("Paint only this much.", valueName: "time"))
    var duration: TimeArgument?

    func apply(to options: inout ReadingOptions) {
        options.resize = resize?.size
        options.start = start?.seconds
        options.duration = duration?.seconds
    }
}

struct InputArguments: ParsableArguments {
    @Option(name: [.customShort("f"), .customLong("format")], help: "Input format, where it cannot be told: rawvideo, yuv4mpegpipe, v4l2, …")
    var format: String?

    @Option(help: ArgumentHelp("Size of raw frames.", valueName: "WxH"))
    var size: SizeArgument?

    @Option(help: ArgumentHelp("Frames a second of raw frames: 25, 29.97, 30000/1001.", valueName: "rate"))
    var rate: RateArgument?

    @Option(help: ArgumentHelp("Video stream to paint, by its index in the file.", valueName: "index"))
    var stream: Int?

    @Option(help: "Interlaced frames.")
    var deinterlace: Deinterlacing = .auto

    @Option(help: ArgumentHelp("Give up after this many undecodable parts.", valueName: "count"))
    var maxErrors: Int?

    @Flag(help: "Open network sources and playlists too.")
    var allowNetwork = false

    func apply(to options: inout ReadingOptions) {
        options.format = format
        options.size = size?.size
        options.rate = rate?.rate
        options.stream = stream
        options.deinterlace = deinterlace
        options.maxErrors = maxErrors
        options.allowNetwork = allowNetwork
    }
}

struct OutputArguments: ParsableArguments {
    @Flag(name: .customShort("y"), help: "Overwrite an existing output.")
    var overwrite = false

    @Flag(name: .customShort("n"), help: "Never overwrite, and do not ask.")
    var keep = false

    @Option(help: "Encoder, by FFmpeg's name. (default: libx264 where the file can hold it)")
    var codec: String?

    @Option(help: "Constant quality on the encoder's scale; lower is better. (default: 18)")
    var crf: Double?

    @Option(help: "Encoder preset, as 'veryfast' or 'slow'.")
    var preset: String?

    @Option(help: ArgumentHelp("Pixel format, as 'yuv420p10le'; with -f rawvideo that of the input.", valueName: "format"))
    var pixFmt: String?

    func validate() throws {
        if overwrite && keep { throw ValidationError("-y and -n exclude each other") }
    }

    func apply(to options: inout WritingOptions) {
        options.codec = codec
        options.crf = crf
        options.preset = preset
        options.pixelFormat = pixFmt
    }
}

struct NetworkArguments: ParsableArguments {
    @Option(help: "Arithmetic: exact, faster, or the fastest without a visible difference.")
    var precision: Precision = .auto

    @Option(help: "Threads of the network. (default: one a core)")
    var threads: Int?

    func validate() throws {
        if let threads, threads < 1 { throw ValidationError("--threads must be at least 1") }
    }

    var options: PaintingOptions {
        var options = PaintingOptions()
        options.precision = precision
        options.threads = threads
        return options
    }
}

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
