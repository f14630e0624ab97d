import ArgumentParser
import Foundation
import Tempera

/// `tempera bench`
struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Time the network alone on this machine.", usage: "tempera bench [options]",
        discussion: "Paints one picture again and again after a warm-up. JSON times are milliseconds.")

    @Option(name: .shortAndLong, help: ArgumentHelp("A bundled style or a .safetensors file. (default: starry-night)", valueName: "name|file"))
    var style: String?

    @Option(help: ArgumentHelp("Size of the picture. (default: 640x360)", valueName: "WxH"))
    var size: SizeArgument?

    @Option(help: ArgumentHelp("Time a network that enlarges by this factor instead of a style.", valueName: "factor"))
    var upscale: ScaleArgument?

    @Option(help: ArgumentHelp("With --upscale: pixel, feature, or a .safetensors file. (default: pixel)", valueName: "name|file"))
    var upscaler: String?

    @OptionGroup var network: NetworkArguments

    @Option(help: ArgumentHelp("A picture to paint, as raw rgb24. (default: a made-up one)", valueName: "file"), completion: .file())
    var input: String?

    @Option(help: "Go on at least this long. (default: 3, or 0 with --frames)")
    var seconds: Double?

    @Option(help: "Time at least this many frames, or with --train or --paint steps. (default: 3, steps 5)")
    var frames: Int?

    @Option(help: ArgumentHelp("Write the last painted picture there, as raw rgb24.", valueName: "file"), completion: .file())
    var output: String?

    @OptionGroup var existing: OverwriteArguments

    @Option(
        help: ArgumentHelp(
            "Instead, time steps of training with these weights of VGG16: batch 4, crop 256.", valueName: "file"),
        completion: .file())
    var train: String?

    @Option(
        help: ArgumentHelp(
            "Instead, time iterations of 'tempera paint' with these weights of VGG16, at 512x512 unless --size says otherwise.",
            valueName: "file"), completion: .file())
    var paint: String?

    @Flag(help: "Instead, run every kernel of this machine against the portable one.")
    var selfCheck = false

    @Flag(help: "Print JSON, with the time of every frame.")
    var json = false

    func validate() throws {
        if let size = size?.size, size.width < 1 || size.height < 1 { throw ValidationError("--size needs both sides") }
        let others = [train == nil ? nil : "--train", paint == nil ? nil : "--paint", selfCheck ? "--self-check" : nil].compactMap { $0 }
        if others.count > 1 { throw ValidationError("\(others[0]) and \(others[1]) exclude each other") }
        if let other = others.first {
            let ofNetworks = [("--style", style != nil), ("--upscale", upscale != nil), ("--input", input != nil)]
                + [("--output", output != nil), ("--seconds", seconds != nil), ("--json", json)]
            let rest = [("--size", size != nil && paint == nil), ("--frames", frames != nil && selfCheck)]
                + [("--network", network.network != .auto && train == nil), ("--threads", network.work.threads != nil && selfCheck)]
                + [("--precision", network.arithmetic.precision != .auto && selfCheck)]
            if let idle = (ofNetworks + rest).first(where: \.1)?.0 { throw ValidationError("\(idle) does not go with \(other)") }
        }
        if upscaler != nil, upscale == nil { throw ValidationError("--upscaler needs --upscale 2 or 4") }
        if upscale != nil, style != nil { throw ValidationError("--style and --upscale exclude each other") }
        if upscale != nil, network.network != .auto { throw ValidationError("--network is of styles, not of --upscale") }
        if let frames, !(1...1_000_000_000).contains(frames) { throw ValidationError("--frames must be 1 to 1000000000") }
        if let seconds, !(0...86400).contains(seconds) { throw ValidationError("--seconds must be 0 to 86400") }
    }

    func run() throws {
        if selfCheck { return try checkKernels() }
        if let train { return try timeTraining(vgg: train) }
        if let paint { return try timePainting(vgg: paint) }
        var benchmark = try benchmark(width: pictureSize.width, height: pictureSize.height)
        benchmark.painting = network.options
        benchmark.seconds = seconds ?? (frames == nil ? 3 : 0)
        benchmark.frames = frames ?? 3
        if let input { benchmark.picture = try picture(input) }
        if let output { try existing.check(output, inputs: [input, style, upscaler].compactMap { $0 }) }
        let result = try benchmark.run()
        if let output { try result.painted.write(rgb24: output) }
        let report = BenchReport(
            result, style: benchmark.name, width: benchmark.width, height: benchmark.height)
        print(json ? try report.json : report.table)
    }

    private var pictureSize: RequestedSize { size?.size ?? RequestedSize(width: 640, height: 360) }

    private func benchmark(width: Int, height: Int) throws -> Benchmark {
        if let upscale { return Benchmark(upscaler: try Upscaler(upscaler ?? Upscaler.standard, scale: upscale.rawValue), width: width, height: height) }
        let networks = network.network.networks(isLive: false)
        let style = try self.style.map { name in try Style(name, networks: networks) } ?? Style.standard(networks: networks)
        return Benchmark(style: style, width: width, height: height)
    }

    private func checkKernels() throws {
        let results = KernelCheck.run()
        let rows = results.map {
            [
                $0.kernels, $0.family, "\($0.cases)", $0.worst.scientific, $0.tolerance.scientific,
                $0.guardsHeld ? "held" : "broken", $0.passed ? "ok" : "FAILED",
            ]
        }
        let header = ["KERNELS", "FAMILY", "CASES", "WORST", "ALLOWED", "GUARDS", "RESULT"]
        print(Table(header: header, rows: rows, rightAligned: [2, 3, 4]).text)
        let failed = results.filter { !$0.passed }
        if !failed.isEmpty {
            throw Failure(text: "\(failed.count) kernel families differ; run with TEMPERA_ISA=portable and report it")
        }
    }

    private func timeTraining(vgg: String) throws {
        var benchmark = TrainingBenchmark(vgg: vgg)
        benchmark.architecture = network.network == .live ? .live : .johnsonFull
        benchmark.isExact = network.arithmetic.precision == .fp32
        benchmark.threads = network.work.threads
        benchmark.steps = frames ?? 5
        let seconds = try benchmark.run().sorted(), median = seconds[seconds.count / 2]
        print("\(median.fixed(3)) s a step (best \(seconds[0].fixed(3))), \(seconds.count) steps of batch 4 at 256x256")
    }

    /// Adam evaluates the objective once an iteration, and nothing else; what L-BFGS takes more is its own.
    private func timePainting(vgg: String) throws {
        var benchmark = PaintingBenchmark(vgg: vgg)
        if let size = size?.size { (benchmark.width, benchmark.height) = (size.width, size.height) }
        benchmark.isExact = network.arithmetic.precision != .bf16
        benchmark.threads = network.work.threads
        benchmark.iterations = frames ?? 5
        for (name, method) in [("adam", PictureMethod.adam(rate: 10)), ("lbfgs", .lbfgs)] {
            benchmark.method = method
            let seconds = try benchmark.run().sorted(), median = seconds[seconds.count / 2]
            print(
                "\(name): \(median.fixed(3)) s an iteration (best \(seconds[0].fixed(3))), \(seconds.count) iterations at "
                    + "\(benchmark.width)x\(benchmark.height)")
        }
    }

    private func picture(_ path: String) throws -> Picture {
        guard let bytes = FileManager.default.contents(atPath: path) else { throw Failure(text: "\(path): cannot be read") }
        let (width, height) = (pictureSize.width, pictureSize.height)
        guard bytes.count == width * height * 3 else {
            throw Failure(text: "\(path): has \(bytes.count) bytes where rgb24 of \(width)x\(height) has \(width * height * 3)")
        }
        return try Picture(width: width, height: height, bytes: Array(bytes))
    }
}

extension Picture {
    fileprivate func write(rgb24 path: String) throws {
        do {
            try Data(bytes).write(to: URL(fileURLWithPath: path))
        } catch {
            throw Failure(text: "\(path): cannot be written")
        }
    }
}
