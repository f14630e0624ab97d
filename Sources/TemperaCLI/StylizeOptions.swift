import ArgumentParser
import Foundation
import Tempera

struct PaintingArguments: ParsableArguments {
    @Option(
        name: .shortAndLong, help: ArgumentHelp("A bundled style or a .safetensors file. (default: starry-night)", valueName: "name|file"),
        completion: .shellCommand("tempera styles 2>/dev/null | tail -n +2 | cut -d' ' -f1; ls *.safetensors 2>/dev/null"))
    var style: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Paint at this size; -1 for one side keeps the aspect. A video is shown in its old shape where its file can say so.", valueName: "WxH"))
    var resize: SizeArgument?

    @Option(help: ArgumentHelp("Paint smaller by this factor and enlarge: with 4 and the full network several times faster.", valueName: "factor"))
    var upscale: ScaleArgument?

    @Flag(inversion: .prefixedNo, help: "Keep what stands still in the scene from boiling in the painting.")
    var steady = true

    @Option(help: ArgumentHelp("With --upscale: pixel, feature, or a .safetensors file. (default: pixel)", valueName: "name|file"))
    var upscaler: String?

    @OptionGroup var range: RangeArguments

    func validate() throws {
        if upscaler != nil, upscale == nil { throw ValidationError("--upscaler needs --upscale 2 or 4") }
    }

    func apply(to options: inout ReadingOptions) {
        options.resize = resize?.size
        range.apply(to: &options)
    }
}

/// `--start`, `--duration`
struct RangeArguments: ParsableArguments {
    @Option(help: ArgumentHelp("Skip this much first: seconds or [H:]MM:SS.", valueName: "time"))
    var start: TimeArgument?

    @Option(help: ArgumentHelp("Go on for this much only.", valueName: "time"))
    var duration: TimeArgument?

    func validate() throws {
        if let start, start.seconds >= 1e9 { throw ValidationError("--start must be less than a billion seconds") }
        if let duration, duration.seconds <= 0 { throw ValidationError("--duration must be more than 0") }
    }

    func apply(to options: inout ReadingOptions) {
        (options.start, options.duration) = (start?.seconds, duration?.seconds)
    }
}

struct InputArguments: ParsableArguments {
    @Option(name: [.customShort("f"), .customLong("format")], help: "Input format, where it cannot be told: rawvideo, yuv4mpegpipe, v4l2, …")
    var format: String?

    @Option(help: ArgumentHelp("Size of raw frames, or asked of a camera or a screen.", valueName: "WxH"))
    var size: SizeArgument?

    @Option(help: ArgumentHelp("Frames a second of raw frames or a row of pictures, or asked of a camera or a screen: 29.97, 30000/1001, … (default: 25 for files)", valueName: "rate"))
    var rate: RateArgument?

    @Option(help: ArgumentHelp("Video stream to paint, by its index in the file.", valueName: "index"))
    var stream: Int?

    @Option(help: "Frames flagged interlaced: made progressive, or painted as they are.")
    var deinterlace: Deinterlacing = .auto

    @Option(help: ArgumentHelp("Give up when more parts than this cannot be decoded. (default: never)", valueName: "count"))
    var maxErrors: Int?

    @Flag(help: "Open network sources and playlists too.")
    var allowNetwork = false

    func validate() throws {
        if let maxErrors, maxErrors < 0 { throw ValidationError("--max-errors must be 0 or more") }
    }

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
    @OptionGroup var existing: OverwriteArguments

    @Flag(help: "Keep finished parts of 250 frames in a hidden folder beside the output, and go on from those of a run that was cut off; with -y, what is whole is painted anew.")
    var resume = false

    @Option(
        help: ArgumentHelp(
            "Container, where the name does not tell: matroska, nut, … (default for '-': raw as it came, else matroska)",
            valueName: "format"))
    var outputFormat: String?

    @Option(help: "Encoder, by FFmpeg's name. (default: libx264 where the file can hold it)")
    var codec: String?

    @Option(help: "Constant quality on the encoder's scale; lower is better. (default: 18 for libx264)")
    var crf: Double?

    @Option(help: "Encoder preset, as 'medium' or 'slow'. (default: veryfast for libx264)")
    var preset: String?

    @Option(
        help: ArgumentHelp(
            "Pixel format, as 'yuv420p10le'; with -f rawvideo that of the input. (default there: rgb24, of .yuv yuv420p)", valueName: "format"))
    var pixFmt: String?

    @Option(help: ArgumentHelp("MP4 flags; 'frag_keyframe+empty_moov' fits a pipe.", valueName: "flags"))
    var movflags: String?

    func validate() throws {
        if let crf, !(0...255).contains(crf) { throw ValidationError("--crf must be from 0 to 255") }
    }

    func apply(to job: inout Job) {
        job.overwrite = existing.overwrite
        job.resumes = resume
        job.writing.format = outputFormat
        job.writing.codec = codec
        job.writing.crf = crf
        job.writing.preset = preset
        job.writing.formatOptions["movflags"] = movflags
        // Raw frames do not say what they are; those that come out are alike unless they go to another format.
        if job.reading.format == "rawvideo" { job.reading.pixelFormat = pixFmt } else { job.writing.pixelFormat = pixFmt }
    }

    /// To be called before anything is opened here, whose number a pipe's could be.
    /// - Throws: `ValidationError` where bytes would go to a screen, come from a keyboard, or a descriptor is not open.
    func checkEnds(input: String, output: String) throws {
        for end in [input, output] where end.hasPrefix("pipe:") {
            guard let descriptor = ProgressFile.descriptor(end), fcntl(descriptor, F_GETFD) == -1 else { continue }
            throw ValidationError("\(end): no such open file descriptor")
        }
        if input == "-", isatty(STDIN_FILENO) == 1 {
            throw ValidationError("stdin is a terminal; pipe a video into it, or name a file")
        }
        if output == "-", isatty(STDOUT_FILENO) == 1 {
            throw ValidationError("stdout is a terminal; pipe it into a program, or name a file")
        }
    }

    /// - Throws: `ValidationError` for what does not go with a folder, where the input is one.
    func checkFolder(input: String, output: String, reports: ReportArguments) throws {
        guard Batch.isFolder(input) else { return }
        if output == "-" { throw ValidationError("a folder cannot be written to stdout; name a folder to write") }
        if outputFormat != nil { throw ValidationError("--output-format takes one file; in a folder the names tell") }
        if reports.isOfOneRun { throw ValidationError("--profile-json, --profile and --trace take one file, not a folder") }
    }

    /// - Parameter isPaced: whether frames may be dropped or repeated.
    func checkResuming(from input: String, to output: String, isPaced: Bool = false) throws {
        if resume, input == "-" || output == "-" || isPaced {
            throw ValidationError("--resume needs files at both ends, and neither --fps, --live nor --pace")
        }
        if resume, !Batch.isFolder(input), Job.isPicture(output: output) {
            throw ValidationError("--resume is for videos; pictures and animations are painted whole, or not at all")
        }
    }

    /// Whether the job may replace what is at its output.
    func mayOverwrite(_ job: Job) throws -> Bool {
        try job.input == "-" ? existing.overwrite : existing.mayReplace(job.output, isTaken: job.findsOutputTaken)
    }
}

struct PaceArguments: ParsableArguments {
    @Option(help: ArgumentHelp("Constant output rate, by dropping and repeating frames.", valueName: "rate"))
    var fps: RateArgument?

    @Flag(help: "The source delivers in real time: keep up with it.")
    var live = false

    @Flag(help: "Read a file at the rate it plays, and keep up with it.")
    var pace = false

    @Option(help: "With --live or --pace, what to keep when the network is too slow. (default: balanced)")
    var prefer: Preference?

    @Option(help: "With --live or --pace, what becomes of a frame that there is no time to paint. (default: repeat)")
    var late: LatePolicy?

    func validate() throws {
        if live && pace { throw ValidationError("--live and --pace exclude each other") }
        if fps != nil && late == .drop { throw ValidationError("--fps needs --late repeat to keep its rate") }
        if !live && !pace, prefer != nil || late != nil { throw ValidationError("--prefer and --late need --live or --pace") }
    }

    func apply(to job: inout Job) {
        job.rate = fps?.rate
        job.pacing = live ? .live : pace ? .paced : .offline
        job.preference = prefer ?? job.preference
        job.latePolicy = late ?? job.latePolicy
    }
}
