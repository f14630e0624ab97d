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
        help: ArgumentHelp("Paint at this size; -1 for one side keeps the aspect.", valueName: "WxH"))
    var resize: SizeArgument?

    @Option(help: ArgumentHelp("Paint smaller by this factor, 2 or 4, and enlarge: with 4 and the full network several times faster.", valueName: "factor"))
    var upscale: Int?

    @Flag(inversion: .prefixedNo, help: "Keep what stands still in the scene from boiling in the painting.")
    var steady = true

    @Option(help: ArgumentHelp("With --upscale: pixel, feature, or a .safetensors file. (default: pixel)", valueName: "name|file"))
    var upscaler: String?

    @Option(help: ArgumentHelp("Skip this much first: seconds or [H:]MM:SS.", valueName: "time"))
    var start: TimeArgument?

    @Option(help: ArgumentHelp("Paint only this much.", valueName: "time"))
    var duration: TimeArgument?

    func validate() throws {
        if let upscale, upscale != 2 && upscale != 4 { throw ValidationError("--upscale must be 2 or 4") }
        if upscaler != nil, upscale == nil { throw ValidationError("--upscaler needs --upscale 2 or 4") }
    }

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

    @Option(help: ArgumentHelp("Frames a second of raw frames: 29.97, 30000/1001, … (default: 25)", valueName: "rate"))
    var rate: RateArgument?

    @Option(help: ArgumentHelp("Video stream to paint, by its index in the file.", valueName: "index"))
    var stream: Int?

    @Option(help: "Interlaced frames.")
    var deinterlace: Deinterlacing = .auto

    @Option(help: ArgumentHelp("Give up after this many undecodable parts.", valueName: "count"))
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

    @Flag(help: "Keep finished parts beside the output, and go on from those of a run that was cut off.")
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
            "Pixel format, as 'yuv420p10le'; with -f rawvideo that of the input. (default there: rgb24)", valueName: "format"))
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

    /// - Throws: `ValidationError` where bytes would go to a screen, or come from a keyboard.
    func checkTerminal(input: String, output: String) throws {
        if input == "-", isatty(STDIN_FILENO) == 1 {
            throw ValidationError("stdin is a terminal; pipe a video into it, or name a file")
        }
        if output == "-", isatty(STDOUT_FILENO) == 1 {
            throw ValidationError("stdout is a terminal; pipe it into a program, or name a file")
        }
    }

    /// - Parameter isPaced: whether frames may be dropped or repeated.
    func checkResuming(from input: String, to output: String, isPaced: Bool = false) throws {
        if resume, input == "-" || output == "-" || isPaced {
            throw ValidationError("--resume needs files at both ends, and neither --fps, --live nor --pace")
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

struct ReportArguments: ParsableArguments {
    @Flag(help: "End with a table of where the time went.")
    var profile = false

    @Option(
        help: ArgumentHelp("Write the same as JSON; 'tempera help profile-json' lists its keys.", valueName: "file"),
        completion: .file())
    var profileJson: String?

    @Option(help: ArgumentHelp("Write a Chrome/Perfetto trace of every stage and frame.", valueName: "file"), completion: .file())
    var trace: String?

    @Option(help: ArgumentHelp("Write progress for programs, as ffmpeg does; '-' for stdout.", valueName: "file|fd"))
    var progress: String?

    /// Whether anything is asked for that tells of one run.
    var isOfOneRun: Bool { profile || profileJson != nil || trace != nil }

    /// - Throws: `ValidationError` when a report would take the place of a video.
    func check(input: String, output: String) throws {
        for (option, path) in [("--profile-json", profileJson), ("--trace", trace), ("--progress", progress)] {
            guard let path else { continue }
            if path == "-", option != "--progress" { throw ValidationError("\(option) takes a file") }
            if output == "-", option != "--progress", Job.isSameFile(path, "/dev/stdout") {
                throw ValidationError("\(option) \(path) is where the video goes; choose a file")
            }
            // Before anything is opened here, whose number it could be.
            if option == "--progress", let descriptor = ProgressFile.descriptor(path), fcntl(descriptor, F_GETFD) == -1 {
                throw ValidationError("--progress \(path): no such open file descriptor")
            }
            if ProgressFile.descriptor(path) == nil, !Self.canWrite(path) {
                throw ValidationError("\(option) \(path): cannot be written there")
            }
            for video in [input, output] where path == video && path != "-" || Job.isSameFile(path, video) {
                throw ValidationError("\(option) \(path) is a video of this run; choose another file")
            }
        }
        let files = [trace, profileJson, progress].compactMap { $0 }.filter { $0 != "-" }
        if let twice = files.first(where: { name in files.count { $0 == name || Job.isSameFile($0, name) } > 1 }) {
            throw ValidationError("\(twice) is asked for twice; choose another file for one of the reports")
        }
        guard let progress, let descriptor = ProgressFile.descriptor(progress) else { return }
        let isTaken = output == "-" ? descriptor == 1 : output.hasPrefix("pipe:") && descriptor == ProgressFile.descriptor(output)
        if isTaken { throw ValidationError("--progress \(progress) is where the video goes; choose a file or another number") }
    }

    /// What becomes of files that are where reports go.
    func checkExisting(_ existing: OverwriteArguments) throws {
        for path in [profileJson, trace, progress].compactMap({ $0 })
        where ProgressFile.descriptor(path) == nil && Job.isRegularFile(path) && !path.hasPrefix("/dev/") {
            try existing.demand(path)
        }
    }

    private static func canWrite(_ path: String) -> Bool {
        let folder = path.contains("/") ? URL(fileURLWithPath: path).deletingLastPathComponent().path : "."
        return access(path, F_OK) == 0 ? access(path, W_OK) == 0 && !Batch.isFolder(path) : access(folder, W_OK) == 0
    }

    func apply(to job: inout Job) {
        job.profiling = profile || profileJson != nil
        job.trace = trace
    }

    /// What the run leaves behind.
    /// - Parameter advice: What would paint faster.
    func write(_ profile: RunProfile, advice: String) throws {
        let report = ProfileReport(profile: profile, advice: advice)
        if let profileJson {
            let isNew = access(profileJson, F_OK) != 0
            do {
                try report.json.write(to: URL(fileURLWithPath: profileJson))
            } catch {
                if isNew { unlink(profileJson) }
                throw TemperaError.unwritable(profileJson)
            }
        }
        if self.profile { Console.shared.write(report.text) }
    }
}

/// Which of a style's networks to paint with.
enum NetworkChoice: String, CaseIterable, ExpressibleByArgument {
    case auto, full, live

    /// - Parameter isLive: Whether frames come or go as they are painted: then what keeps up is better than what is best.
    func networks(isLive: Bool) -> [StyleNetwork] {
        switch self {
        case .auto: isLive ? [.live, .full] : [.full, .live]
        case .full: [.full]
        case .live: [.live]
        }
    }
}

struct NetworkArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Of a bundled style: the full network or the live one, many times faster. auto: live for live sources and pipes.",
            valueName: "network"))
    var network: NetworkChoice = .auto

    @Option(help: "Arithmetic: exact, faster, or the fastest without a visible difference.")
    var precision: Precision = .auto

    @OptionGroup var work: ThreadArguments

    var options: PaintingOptions {
        var options = PaintingOptions()
        options.precision = precision
        options.threads = work.threads
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
