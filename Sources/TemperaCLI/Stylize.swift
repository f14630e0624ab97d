import ArgumentParser
import Foundation
import Logging
import Tempera

/// `tempera INPUT OUTPUT`
struct Stylize: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Paint a video.", usage: "tempera <input> <output> [--style <name|file>] [options]",
        discussion: """
            Sound, subtitles, chapters and metadata are kept. 'tempera styles' lists the bundled styles.
            """)

    @Argument(help: "Video to paint; '-' for stdin.", completion: .file())
    var input: String

    @Argument(help: "File to write; '-' for stdout.", completion: .file())
    var output: String

    @OptionGroup(title: "Painting") var painting: PaintingArguments
    @OptionGroup(title: "Input") var reading: InputArguments
    @OptionGroup(title: "Output") var writing: OutputArguments
    @OptionGroup(title: "Pace") var pace: PaceArguments
    @OptionGroup(title: "Network") var network: NetworkArguments
    @OptionGroup(title: "Reports") var reports: ReportArguments
    @OptionGroup(title: "Messages") var messages: MessageArguments

    func validate() throws {
        if output == "-", reports.progress == "-" { throw ValidationError("stdout cannot take both the video and --progress") }
    }

    func run() throws {
        messages.verbosity.bootstrap()
        let log = Logger(label: "tempera")
        let signals = Signals()

        let style = try chosenStyle(log), hasChoice = network.network == .auto && Self.hasSeveralNetworks(style)
        var job = Job(input: input, output: output, style: style)
        painting.apply(to: &job.reading)
        reading.apply(to: &job.reading)
        writing.apply(to: &job)
        pace.apply(to: &job)
        reports.apply(to: &job)
        job.painting = network.options
        job.overwrite = try mayOverwrite()

        let progressFile = try reports.progress.map { try ProgressFile($0) }
        let quiet = messages.verbosity == .quiet
        let summary = try job.run(cancellation: signals.cancellation) { event in
            switch event {
            case .began(let began):
                signals.beginWork()
                let memory = (Double(began.networkMemory) / 1e6).fixed(0)
                if hasChoice { log.notice("network: \(style.network.rawValue); --network chooses another") }
                log.info(
                    "painting \(began.width)x\(began.height): \(style.name) \(style.network.rawValue), \(began.engine) \(began.precision), \(memory) MB")
            case .warning(let warning): log.warning("\(warning)")
            case .progress(let progress):
                progressFile?.update(progress)
                if !quiet { Console.shared.draw(progress.line) }
            }
        }
        progressFile?.finish()
        if !quiet { tell(summary) }
        if let profile = summary.profile { try reports.write(profile) }
        if summary.wasStopped, let signal = signals.received { throw ExitStatus.stopped(by: signal) }
    }

    private func tell(_ summary: Job.Summary) {
        let counts = summary.counts
        let name = output == "-" ? "stdout" : output
        var text = "\(name): \(counts.written) frames in \(summary.seconds.clock), \(summary.framesPerSecond.fixed(1)) fps"
        if summary.wasStopped { text += ", stopped early" }
        Console.shared.note(text)
        if pace.live || pace.pace || pace.fps != nil {
            Console.shared.note(
                "\(counts.received) in + \(counts.repeated) repeated - \(counts.dropped) dropped = \(counts.written) out; "
                    + "late: decode \(counts.late.decode), network \(counts.late.network), encode \(counts.late.encode)")
        }
    }

    private func chosenStyle(_ log: Logger) throws -> Style {
        let networks = network.network.networks(isLive: pace.live || pace.pace || input == "-" || output == "-")
        if let style = painting.style { return try Style(style, networks: networks) }
        let first = try Style.standard(networks: networks)
        log.notice("style: \(first.name); choose another with --style, see 'tempera styles'")
        return first
    }

    private static func hasSeveralNetworks(_ style: Style) -> Bool {
        let bundled = (try? Style.bundled()) ?? []
        return bundled.contains { $0.path == style.path } && bundled.count { $0.name == style.name } > 1
    }

    /// -y and -n decide; else a person is asked, where there is one.
    private func mayOverwrite() throws -> Bool {
        if writing.overwrite || output == "-" { return true }
        guard !writing.keep, input != "-", FileManager.default.fileExists(atPath: output), Console.shared.canAsk else { return false }
        guard Console.shared.ask("\(output) exists. Overwrite?") else { throw ExitStatus(code: ExitStatus.failed) }
        return true
    }
}
