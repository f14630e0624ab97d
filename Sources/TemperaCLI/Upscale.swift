import ArgumentParser
import Tempera

/// `tempera upscale INPUT OUTPUT`
struct Upscale: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Enlarge a picture, a video, or a folder of them.", usage: "tempera upscale <input> <output> [--scale 2|4] [options]",
        discussion: "Sound, subtitles, chapters and metadata are kept.")

    @Argument(
        help: "Picture or video to enlarge, a row of pictures as frame-%04d.png, or a folder of videos and pictures; '-' for stdin.",
        completion: .file())
    var input: String

    @Argument(help: "File or folder to write; '-' for stdout.", completion: .file())
    var output: String

    @Option(help: "How many times larger along each side.")
    var scale: ScaleArgument = .two

    @Option(
        help: ArgumentHelp(
            "pixel (the most faithful), feature (crisper), or a .safetensors file of train-upscaler.", valueName: "name|file"))
    var model: String = Upscaler.standard

    @OptionGroup var range: RangeArguments

    @OptionGroup(title: "Input") var reading: InputArguments
    @OptionGroup(title: "Output") var writing: OutputArguments
    @OptionGroup var arithmetic: PrecisionArguments

    @OptionGroup var work: ThreadArguments

    @OptionGroup(title: "Reports") var reports: ReportArguments
    @OptionGroup(title: "Messages") var messages: MessageArguments

    func validate() throws {
        try writing.checkResuming(from: input, to: output)
        try reports.check(input: input, output: output)
        try writing.checkEnds(input: input, output: output)
        try writing.checkFolder(input: input, output: output, reports: reports)
    }

    func run() throws {
        messages.verbosity.bootstrap()
        let signals = Signals(messages.verbosity), upscaler = try Upscaler(model, scale: scale.rawValue)
        var job = Job(input: input, output: output, upscaler: upscaler)
        reading.apply(to: &job.reading)
        range.apply(to: &job.reading)
        writing.apply(to: &job)
        reports.apply(to: &job)
        (job.painting.precision, job.painting.threads) = (arithmetic.precision, work.threads)
        let console = JobConsole(
            messages.verbosity, reports, arithmetic.precision, advice: "an input with fewer pixels would be enlarged faster")
        try console.run(job, signals, what: upscaler.name, writing)
    }
}
