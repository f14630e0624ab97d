import ArgumentParser
import Logging
import Tempera

/// `tempera INPUT OUTPUT`
struct Stylize: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Paint a video, a picture, or a folder of them.", usage: "tempera <input> <output> [--style <name|file>] [options]",
        discussion: """
            Sound, subtitles, chapters and metadata are kept. 'tempera styles' lists the bundled styles.

            Other commands, each with a --help of its own: styles, paint, reconstruct, dream, upscale, train, train-upscaler, \
            measure, compare, bench.
            """)

    @Argument(
        help: "Video or picture to paint, a row of pictures as frame-%04d.png, or a folder of videos and pictures; '-' for stdin.",
        completion: .file())
    var input: String

    @Argument(help: "File or folder to write; '-' for stdout.", completion: .file())
    var output: String

    @OptionGroup(title: "Painting") var painting: PaintingArguments
    @OptionGroup(title: "Input") var reading: InputArguments
    @OptionGroup(title: "Output") var writing: OutputArguments
    @OptionGroup(title: "Pace") var pace: PaceArguments
    @OptionGroup(title: "Network") var network: NetworkArguments
    @OptionGroup(title: "Reports") var reports: ReportArguments
    @OptionGroup(title: "Messages") var messages: MessageArguments

    func validate() throws {
        try reports.check(input: input, output: output)
        try writing.checkEnds(input: input, output: output)
        try writing.checkFolder(input: input, output: output, reports: reports)
        if pace.prefer != nil, painting.upscale != nil { throw ValidationError("--prefer does not go with --upscale, which paints at one size") }
        try writing.checkResuming(from: input, to: output, isPaced: pace.live || pace.pace || pace.fps != nil)
    }

    func run() throws {
        messages.verbosity.bootstrap()
        let log = Logger(label: "tempera")
        let signals = Signals(messages.verbosity)

        let style = try chosenStyle(log), hasSeveralNetworks = Self.hasSeveralNetworks(style)
        var job = Job(input: input, output: output, style: style)
        job.upscaler = try painting.upscale.map { try Upscaler(painting.upscaler ?? Upscaler.standard, scale: $0.rawValue) }
        job.steady = painting.steady
        painting.apply(to: &job.reading)
        reading.apply(to: &job.reading)
        writing.apply(to: &job)
        pace.apply(to: &job)
        reports.apply(to: &job)
        job.painting = network.options
        let choice = network.network == .auto && hasSeveralNetworks ? "network: \(style.network.rawValue); --network chooses another" : nil
        let advice = "--resize paints fewer pixels"
            + (style.network == .full && hasSeveralNetworks ? ", --network live costs less a pixel" : "")
        let console = JobConsole(messages.verbosity, reports, network.arithmetic.precision, choice: choice, advice: advice)
        let what = "\(style.name) \(style.network.rawValue)"
        try console.run(job, signals, what: what, writing)
    }

    private func chosenStyle(_ log: Logger) throws -> Style {
        let isLive = pace.live || pace.pace || Job.isStream(input: input) || Job.isPipe(output: output)
        let networks = network.network.networks(isLive: isLive)
        if let style = painting.style { return try Style(style, networks: networks) }
        let first = try Style.standard(networks: networks)
        log.notice("style: \(first.name); choose another with --style, see 'tempera styles'")
        return first
    }

    private static func hasSeveralNetworks(_ style: Style) -> Bool {
        let bundled = (try? Style.bundled()) ?? []
        return bundled.contains { $0.path == style.path } && bundled.count { $0.name == style.name } > 1
    }
}
