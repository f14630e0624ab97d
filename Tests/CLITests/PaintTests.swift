import Foundation
import Tempera
import Testing

@testable import TemperaCLI

/// `tempera paint`, `reconstruct` and `dream`, with a made-up VGG16 of one block.
@Suite struct PaintTests {
    /// A folder with a photo, two paintings and weights.
    private final class Studio {
        let folder: ScratchFolder

        init() throws {
            folder = try ScratchFolder()
            try ffmpeg("-f lavfi -i testsrc=size=72x48 -frames:v 1 \(folder.path("photo.png"))")
            try ffmpeg("-f lavfi -i mandelbrot=size=60x60 -frames:v 1 \(folder.path("painting.jpg"))")
            try ffmpeg("-f lavfi -i smptebars=size=64x40 -frames:v 1 \(folder.path("other.png"))")
            try Self.weights.write(to: URL(fileURLWithPath: folder.path("vgg.safetensors")))
        }

        private static var weights: Data {
            var header: [String] = [], values: [Float] = []
            for (name, shape) in [
                ("conv1_1.weight", [64, 3, 3, 3]), ("conv1_1.bias", [64]), ("conv1_2.weight", [64, 64, 3, 3]),
                ("conv1_2.bias", [64]),
            ] {
                let first = values.count
                for i in 0..<shape.reduce(1, *) { values.append(Float((i &* 7919 + 104_729) % 1999) / 1e4 - 0.1) }
                header.append(
                    "\"\(name)\":{\"dtype\":\"F32\",\"shape\":\(shape),\"data_offsets\":[\(4 * first),\(4 * values.count)]}")
            }
            var text = "{\(header.joined(separator: ","))}"
            text += String(repeating: " ", count: (8 - text.utf8.count % 8) % 8)
            let length = withUnsafeBytes(of: UInt64(text.utf8.count).littleEndian) { Data($0) }
            return length + Data(text.utf8) + values.withUnsafeBytes { Data($0) }
        }

        var layers: [String] {
            ["--vgg", folder.path("vgg.safetensors"), "--content-layers", "conv1_2", "--style-layers", "1_1,relu1_2=2"]
        }

        func run(_ arguments: [String]) throws -> Command.Result { try Command.run(arguments, in: folder.url) }

        func size(_ name: String) throws -> String {
            let tool = Process(), output = Pipe()
            tool.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            tool.arguments = ["ffprobe", "-v", "error", "-show_entries", "stream=width,height", "-of", "csv=p=0", folder.path(name)]
            tool.standardOutput = output
            try tool.run()
            return String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
                .trimmingCharacters(in: .whitespacesAndNewlines)
        }
    }

    @Test func paints() throws {
        let studio = try Studio()
        let arguments = ["paint", "photo.png", "painting.jpg", "out.jpg", "--iterations", "4"] + studio.layers
        let result = try studio.run(
            arguments + ["--and", "other.png", "--blend", "3,1", "--original-colors", "--every", "2", "--log", "log.csv"])
        #expect(result.code == 0 && result.lines.count == 2, "\(result.stderr)")
        #expect(result.lines.last?.hasPrefix("tempera: out.jpg: 4 iterations in 0:0") == true)
        #expect(try studio.size("out.jpg") == "72,48")
        #expect(try studio.size("out-0002.jpg") == "72,48")
        let log = try String(contentsOfFile: studio.folder.path("log.csv"), encoding: .utf8).split(separator: "\n")
        #expect(log.first == "step,evaluations,seconds,width,height,content,style,tv,pixel,total" && log.count == 5)
        let again = try studio.run(arguments)
        #expect(again.code == 1 && again.stderr == "tempera: out.jpg: exists; add -y to overwrite it\n")
        #expect(try studio.run(arguments + ["-y", "--resize", "50x-1", "-q"]).stderr == "")
        #expect(try studio.size("out.jpg") == "50,34")
    }

    @Test func stoppedItLeavesThePictureSoFar() throws {
        let studio = try Studio(), output = studio.folder.path("stopped.png")
        let command = try RunningCommand(
            ["paint", studio.folder.path("photo.png"), studio.folder.path("painting.jpg"), output, "--iterations", "1000000",
                "--every", "1", "--optimizer", "adam"] + studio.layers)
        let first = studio.folder.path("stopped-0001.png")
        try command.waitForFile(first)
        command.send(SIGINT)
        let (code, said) = command.wait()
        #expect(code == 130 && said.contains("stopping"), "\(said)")
        #expect(try studio.size("stopped.png") == "72,48")
    }

    @Test func whatCannotBeIsOneLine() throws {
        let studio = try Studio()
        func line(_ arguments: [String]) throws -> String {
            let result = try studio.run(["paint", "photo.png", "painting.jpg"] + arguments)
            #expect(result.code == 1 && result.lines.count == 1)
            return result.stderr
        }
        #expect(try line(["x.png", "--resize", "20x-1"] + studio.layers).contains("is too small: a picture must have 32"))
        #expect(try line(["x.png", "--vgg", "none"]).contains("none"))
        #expect(try line(["x.png", "--vgg", studio.folder.path("vgg.safetensors")]).contains("conv2_1"))
        #expect(try line(["none/x.png"] + studio.layers).contains("none/x.png"))
        #expect(try line(["photo.png", "-y"] + studio.layers).contains("is read by this run"))
        let names = try FileManager.default.contentsOfDirectory(atPath: studio.folder.url.path)
        #expect(names.sorted() == ["other.png", "painting.jpg", "photo.png", "vgg.safetensors"])
    }

    @Test func reconstructs() throws {
        let studio = try Studio(), vgg = ["--vgg", studio.folder.path("vgg.safetensors"), "--iterations", "3"]
        let one = try studio.run(["reconstruct", "content", "photo.png", "--layer", "conv1_1"] + vgg)
        #expect(one.code == 0 && one.text.hasPrefix("LAYERS ") && one.text.contains("\nconv1_1  "), "\(one.stderr)\(one.text)")
        #expect(try studio.size("photo-conv1_1.png") == "72,48")
        let grid = try studio.run(
            ["reconstruct", "content", "photo.png", "grid.png", "--grid", "--layers", "conv1_1,conv1_2"] + vgg)
        #expect(grid.code == 0 && grid.text.split(separator: "\n").count == 3)
        #expect(try studio.size("grid.png") == "248,88")
        let style = try studio.run(["reconstruct", "style", "painting.jpg", "--layers", "conv1_1,conv1_2", "--grid"] + vgg)
        #expect(style.code == 0 && style.text.contains("MISSING\n") && style.text.contains("conv1_1,conv1_2 "))
        #expect(try studio.size("painting-style.png") == "212,100")
        #expect(try studio.run(["reconstruct", "style", "painting.jpg", "--layers", "conv1_1"] + vgg).code == 1)
    }

    @Test func dreams() throws {
        let studio = try Studio()
        let result = try studio.run(
            ["dream", "photo.png", "--layer", "conv1_2", "--vgg", studio.folder.path("vgg.safetensors"), "--iterations", "2"])
        #expect(result.code == 0, "\(result.stderr)")
        #expect(try studio.size("photo-dream.png") == "72,48")
    }

    @Test func counts() {
        for text in ["50,100", "100,50,100"] { #expect(CountListArgument(argument: text)?.counts == [50, 100]) }
        for text in ["", "0", "5,", "x"] { #expect(CountListArgument(argument: text) == nil) }
    }

    @Test func layers() {
        for name in ["conv4_1", "relu4_1", "4_1"] { #expect(LayerArgument(argument: name)?.layer == .relu4_1) }
        for name in ["", "conv", "conv6_1", "conv4_4", "pool4", "41"] { #expect(LayerArgument(argument: name) == nil) }
        let list = LayerListArgument(argument: "conv1_1=0.5,2_1")
        #expect(list?.weights(times: 4) == [.relu1_1: 2, .relu2_1: 4])
        for text in ["", "conv1_1,", "conv1_1=,2_1", "conv1_1=-1", "conv1_1=nan", "conv1_1,1_1"] {
            #expect(LayerListArgument(argument: text) == nil, "\(text)")
        }
        #expect(WeightListArgument(argument: "2,0.5")?.weights == [2, 0.5])
        for text in ["", "1,", "a", "-1", "inf"] { #expect(WeightListArgument(argument: text) == nil) }
    }
}
