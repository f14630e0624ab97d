import ArgumentParser
import Logging
import Tempera

/// `tempera measure quality PICTURE ORIGINAL`
struct MeasureQuality: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quality", abstract: "How near a picture comes to the original.",
        discussion: "PSNR and SSIM of the luma, as the super-resolution papers take them, and with --vgg the distance of relu2_2.")

    @Argument(help: "The picture.", completion: .file())
    var picture: String

    @Argument(help: "What it should look like.", completion: .file())
    var original: String

    @Option(help: ArgumentHelp("Leave out this many pixels at each edge: the scale it was enlarged by.", valueName: "pixels"))
    var border: Int = 0

    @Option(help: ArgumentHelp("VGG16's weights.", valueName: "file"), completion: .file())
    var vgg: String?

    func validate() throws { if border < 0 { throw ValidationError("--border must be 0 or more") } }

    func run() throws {
        let quality = try QualityMeasurement(vgg: vgg).compare(picture, to: original, border: border)
        print(Table(header: Quality.header, rows: [quality.columns]).text)
    }
}

/// `tempera measure upscaling FOLDER --scale 4 [--model NAME]`
struct MeasureUpscaling: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "upscaling", abstract: "What an upscaler is worth, beside the bicubic kernel.",
        discussion: """
            The pictures of a folder are reduced as the papers do, enlarged again and compared with themselves, without a border \
            of as many pixels as the scale.
            """)

    @Argument(help: "Folder of pictures.", completion: .directory)
    var folder: String

    @Option(help: "How many times larger along each side.")
    var scale: ScaleArgument = .four

    @Option(help: ArgumentHelp("pixel, feature, or a .safetensors file; without it the bicubic kernel alone.", valueName: "name|file"))
    var model: String?

    @Option(help: ArgumentHelp("VGG16's weights, for the distance of features.", valueName: "file"), completion: .file())
    var vgg: String?

    @OptionGroup var arithmetic: PrecisionArguments

    func run() throws {
        var measurement = UpscalingMeasurement(
            pictures: folder, scale: scale.rawValue, upscaler: try model.map { try Upscaler($0, scale: scale.rawValue) })
        measurement.vgg = vgg
        measurement.precision = arithmetic.precision
        Verbosity.normal.bootstrap()
        let rows = try measurement.run { Logger(label: "tempera").leftOut([$0]) }
        var lines = rows.flatMap { row in
            [[row.name, "bicubic"] + row.bicubic.columns] + (row.model.map { [["", "model"] + $0.columns] } ?? [])
        }
        lines.append(["mean", "bicubic"] + Quality.mean(rows.map(\.bicubic)).columns)
        if model != nil { lines.append(["", "model"] + Quality.mean(rows.compactMap(\.model)).columns) }
        print(Table(header: ["PICTURE", ""] + Quality.header, rows: lines).text)
    }
}

extension Quality {
    fileprivate static let header = ["PSNR", "SSIM", "RELU2_2"]

    fileprivate var columns: [String] { ["\(psnr.fixed(2)) dB", ssim.fixed(4), feature.map { $0.fixed(1) } ?? "-"] }
}
