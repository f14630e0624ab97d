import ArgumentParser
import Foundation
import Logging
import Tempera

/// `tempera measure …`
struct Measure: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure what a painting is worth.", subcommands: [MeasureStability.self, MeasureObjective.self, MeasureQuality.self, MeasureUpscaling.self])
}

/// `tempera measure stability INPUT [OUTPUT]`
struct MeasureStability: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stability", abstract: "How much a painted video flickers.",
        usage: "tempera measure stability <input> (<output> | --style <name|file>) [options]",
        discussion: """
            Prints the warping error: by how much, on a scale of 0 to 255, pixels differ from those of the frame before, moved \
            along with the scene; the input's own tells how much of it is noise. A still picture as input is given a camera \
            that moves over it.
            """)

    @Argument(help: "The video before painting, or a still picture.", completion: .file())
    var input: String

    @Argument(help: "The painted video.", completion: .file())
    var output: String?

    @Option(name: .shortAndLong, help: ArgumentHelp("Paint the input in this style instead.", valueName: "name|file"))
    var style: String?

    @Flag(inversion: .prefixedNo, help: "With --style: as videos are painted, or the network alone. (default: --steady)")
    var steady: Bool?

    @Option(
        help: ArgumentHelp(
            "Folder with the exact motion: bwd_0001_0000.flo and bwd_0001_0000_occ.png, and so on.", valueName: "folder"
        ))
    var flow: String?

    @Option(help: "Frames to look at.")
    var frames: Int = 50

    func validate() throws {
        if (output == nil) == (style == nil) { throw ValidationError("give either a painted video or --style") }
        if steady != nil, style == nil { throw ValidationError("--steady and --no-steady need --style") }
        if frames < 2 { throw ValidationError("--frames must be at least 2") }
    }

    func run() throws {
        var measurement = StabilityMeasurement(input: input, frames: frames)
        measurement.output = output
        measurement.style = try style.map { try Style($0) }
        if let steady { measurement.steady = steady }
        measurement.flow = flow
        let result = try measurement.run { Console.shared.draw(["frame \($0)"]) }
        Console.shared.erase()
        let rows = [
            ["input", result.input.fixed(2), ""],
            ["painted", result.output.fixed(2), "\((result.output / max(result.input, 1e-9)).fixed(2))x"],
        ]
        print(Table(header: ["", "WARPING ERROR", "TO INPUT"], rows: rows).text)
        print(
            "\(result.frames) frames, motion \(result.motion.rawValue), \(Int((100 * result.visible).rounded())) % of the pixels compared"
        )
    }
}

/// `tempera measure objective PAINTING --photos DIR --vgg FILE [--style MODEL | --direct N]`
struct MeasureObjective: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "objective", abstract: "How well a model does what it was trained for, on photos it has not seen.",
        discussion: """
            Prints the mean losses that training minimises, with the same weights. --direct optimises every picture on its own \
            instead, which is what a model stands in for; without either, the photos themselves are measured.
            """)

    @Argument(help: "The painting the model was trained on.", completion: .file())
    var painting: String

    @Option(help: ArgumentHelp("Folder of photos.", valueName: "folder"), completion: .directory)
    var photos: String

    @OptionGroup var features: VGGArguments

    @Option(name: .shortAndLong, help: ArgumentHelp("The model to measure.", valueName: "name|file"))
    var style: String?

    @Option(help: ArgumentHelp("Iterations of L-BFGS on the pixels.", valueName: "iterations"))
    var direct: Int?

    @Option(help: ArgumentHelp("Photos are cut to squares of this side.", valueName: "pixels"))
    var size: Int = 256

    @OptionGroup(title: "Style") var weights: ObjectiveWeightArguments
    @OptionGroup(title: "Messages") var messages: MessageArguments

    func validate() throws {
        if let direct, direct < 1 { throw ValidationError("--direct must be at least 1") }
        if style != nil && direct != nil { throw ValidationError("--style and --direct exclude each other") }
        if !(64...2048).contains(size) || size % 16 != 0 {
            throw ValidationError("--size must be a multiple of 16 from 64 to 2048")
        }
    }

    func run() throws {
        messages.verbosity.bootstrap()
        var measurement = ObjectiveMeasurement(painting: painting, photos: photos, vgg: features.vgg)
        weights.apply(to: &measurement.weights)
        if let size = weights.styleSize { measurement.styleSize = size }
        measurement.size = size
        let subject: ObjectiveMeasurement.Subject =
            if let style { .style(try Style(style)) } else if let direct { .direct(iterations: direct) } else {
                .photos
            }
        let losses = try measurement.run(subject) { done, of in
            Console.shared.draw(["photo \(done)/\(of)"])
        } leftOut: { Logger(label: "tempera").leftOut([$0]) }
        Console.shared.erase()
        let rows = [
            [losses.total, losses.content, losses.style, losses.totalVariation].map { String(format: "%.4g", $0) }
        ]
        print(Table(header: ["TOTAL", "CONTENT", "STYLE", "TV"], rows: rows).text)
    }
}
