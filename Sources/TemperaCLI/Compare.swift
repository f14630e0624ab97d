import ArgumentParser
import Foundation
import Tempera

/// `tempera compare PHOTO PAINTING FIGURE --style NAME --vgg FILE`
struct Compare: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "A style's network against optimising the pixels themselves, side by side.",
        discussion: """
            Both make the same losses small: content, style and smoothness. Prints them with the seconds that each picture took, and the \
            noise of its luma where the photo is flat.
            """)

    @Argument(help: "The photo.", completion: .file())
    var photo: String

    @Argument(help: "The painting that the style was trained on.", completion: .file())
    var painting: String

    @Argument(help: "Picture to write, with all of them.", completion: .file())
    var figure: String

    @OptionGroup var existing: OverwriteArguments

    @Option(name: .shortAndLong, help: ArgumentHelp("The style.", valueName: "name|file"))
    var style: String

    @OptionGroup var features: VGGArguments

    @OptionGroup var sizing: ResizeArguments

    @Option(help: ArgumentHelp("After how many iterations to look at the optimisation. (default: 50,100,500)", valueName: "iterations"))
    var iterations: CountListArgument?

    @OptionGroup var work: ThreadArguments

    @OptionGroup(title: "Weights of the objective") var weights: ObjectiveWeightArguments
    @OptionGroup(title: "Messages") var messages: MessageArguments

    func run() throws {
        messages.verbosity.bootstrap()
        try existing.check(figure, inputs: [photo, painting, features.vgg])
        var comparison = NetworkComparison(
            photo: photo, painting: painting, style: try Style(style), figure: figure, vgg: features.vgg)
        weights.apply(to: &comparison.weights)
        if let size = weights.styleSize { comparison.styleSize = size }
        comparison.size = sizing.resize?.size
        if let iterations { comparison.iterations = iterations.counts }
        comparison.threads = work.threads
        var rows: [NetworkComparison.Row] = []
        try OptimizationConsole(messages.verbosity).run(figure) {
            let done = try comparison.run(shouldStop: $0, report: $1)
            rows = done.rows
            return done.summary
        } table: {
            let cells = rows.map { row in
                let losses = [row.losses.total, row.losses.content, row.losses.style].map { String(format: "%.4g", $0) }
                return [row.name] + losses + [row.seconds > 0 ? row.seconds.fixed(2) : "", row.noise?.fixed(2) ?? "-"]
            }
            return Table(
                header: ["PICTURE", "TOTAL", "CONTENT", "STYLE", "SECONDS", "NOISE"], rows: cells, rightAligned: [4, 5])
        }
    }
}

/// `50,100,500`, increasing.
struct CountListArgument: ExpressibleByArgument {
    let counts: [Int]

    init?(argument: String) {
        let counts = argument.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
        guard counts.allSatisfy({ $0 >= 1 }) else { return nil }
        self.counts = Set(counts).sorted()
    }
}
