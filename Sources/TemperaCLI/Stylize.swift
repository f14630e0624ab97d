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
    @OptionGroup(title: "Network") var network: NetworkArguments
    @OptionGroup(title: "Messages") var messages: MessageArguments

    func run() throws {
        messages.verbosity.bootstrap()
        let log = Logger(label: "tempera")
        let signals = Signals()

        let style = try chosenStyle(log)
        var job = Job(input: input, output: output, style: style)
        job.overwrite = try mayOverwrite()
        painting.apply(to: &job.reading)
        reading.apply(to: &job.reading)
        writing.apply(to: &job.writing)
        job.painting = network.options

        let quiet = messages.verbosity == .quiet
        let summary = try job.run(cancellation: signals.cancellation) { event in
            switch event {
            case .began(let width, let height):
                signals.beginWork()
                log.info("painting \(width)x\(height) in \(style.name)")
            case .warning(let warning): log.warning("\(warning)")
            case .progress(let progress): if !quiet { Console.shared.draw(progress.line) }
            }
        }
        let name = output == "-" ? "stdout" : output
        let rate = "\(summary.frames) frames in \(summary.seconds.clock), \(summary.framesPerSecond.fixed(1)) fps"
        if !quiet { Console.shared.note("\(name): \(rate)\(summary.wasStopped ? ", stopped early" : "")") }
        if summary.wasStopped, let signal = signals.received { throw ExitStatus.stopped(by: signal) }
    }

    private func chosenStyle(_ log: Logger) throws -> Style {
        if let style = painting.style { return try Style(style) }
        let first = try Style.standard()
        log.notice("style: \(first.name); choose another with --style, see 'tempera styles'")
        return first
    }

    /// -y and -n decide; else a person is asked, where there is one.
    private func mayOverwrite() throws -> Bool {
        if writing.overwrite || output == "-" { return true }
        guard !writing.keep, input != "-", FileManager.default.fileExists(atPath: output), Console.shared.canAsk else { return false }
        guard Console.shared.ask("\(output) exists. Overwrite?") else { throw ExitStatus(code: ExitStatus.failed) }
        return true
    }
}
