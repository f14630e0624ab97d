import Foundation
import Network
import TestFiles
import Testing

/// A job that is killed, and goes on.
@Suite struct ResumeTests {
    private let options = ["-s", "starry-night", "--threads", "1", "--resume"]

    /// 28 s of moving picture with a tone: 700 frames, of which 250 make a part.
    private func clip(_ folder: ScratchFolder) throws -> String {
        let path = folder.path("in.mkv")
        try ffmpeg(
            "-f lavfi -i testsrc2=s=48x32:r=25:d=28 -f lavfi -i sine=d=28 -c:v libx264 -preset ultrafast -c:a aac \(path)")
        return path
    }

    /// Digest, time and duration of every packet and of every decoded frame.
    private func contents(_ path: String) throws -> [String] {
        try [
            ffmpeg("-i \(path) -map 0 -c copy -f framemd5 -"), ffmpeg("-i \(path) -map 0:v -f framemd5 -"),
            ffmpeg("-i \(path) -map 0:a -f md5 -"),
        ]
    }

    /// Kills `arguments` with output `output` once its first part is there.
    private func runAndKill(_ arguments: [String], writing output: String) throws {
        let first = URL(fileURLWithPath: output).deletingLastPathComponent().path
            + "/.\(URL(fileURLWithPath: output).lastPathComponent).segments/000000"
        let running = try RunningCommand(arguments)
        try running.waitForFile(first)
        usleep(100_000)
        running.send(SIGKILL)
        #expect(running.wait().code == -SIGKILL)
        #expect(!FileManager.default.fileExists(atPath: output))
    }

    @Test(.timeLimit(.minutes(3))) func aKilledJobGoesOnWhereItWas() throws {
        let folder = try ScratchFolder()
        let (input, output) = (try clip(folder), folder.path("out.mkv"))
        let parts = folder.path(".out.mkv.segments")
        try runAndKill([input, output] + options, writing: output)

        // Another job does not take it for its own, and one that does not ask is told.
        let other = try Command.run([input, output, "--crf", "30"] + options)
        #expect(other.code == 1)
        #expect(other.stderr == "tempera: \(parts): holds parts of another job (its encoding differs); remove it, or ask for the same again\n")
        let plain = try Command.run([input, output, "-s", "starry-night", "--duration", "0.2"])
        #expect(plain.code == 0)
        #expect(plain.lines.first == "tempera: warning: \(parts): left by an interrupted run; go on with --resume, or remove it")

        // That one's output is not what a stopped run left.
        let careful = try Command.run([input, output] + options)
        #expect(careful.code == 1 && careful.stderr == "tempera: \(output): exists; add -y to overwrite it\n", "\(careful.stderr)")

        // The last word counts: how many threads paint makes no difference.
        let resumed = try Command.run([input, output] + options + ["--threads", "2", "-y"])
        #expect(resumed.code == 0)
        #expect(resumed.stderr.contains("going on after the "), "\(resumed.stderr)")
        #expect(!FileManager.default.fileExists(atPath: parts))
        let whole = try Command.run([input, folder.path("whole.mkv")] + options)
        #expect(whole.code == 0 && !whole.stderr.contains("going on"))
        #expect(try contents(output) == contents(folder.path("whole.mkv")))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted() == ["in.mkv", "out.mkv", "whole.mkv"])
    }

    @Test(.timeLimit(.minutes(3))) func aStoppedJobLeavesAPlayableFileAndGoesOn() throws {
        let folder = try ScratchFolder()
        let (input, output) = (try clip(folder), folder.path("out.mkv"))
        let running = try RunningCommand([input, output] + options)
        try running.waitForFile(folder.path(".out.mkv.segments/000000"))
        running.send(SIGTERM)
        #expect(running.wait().code == 143)
        #expect(try !FileManager.default.contentsOfDirectory(atPath: folder.path(".out.mkv.segments")).contains { $0.hasSuffix(".part") })
        let short = try ffmpeg("-i \(output) -map 0:v -f framemd5 -").split(separator: "\n").count
        let resumed = try Command.run([input, output] + options)
        #expect(resumed.code == 0 && resumed.stderr.contains("going on after the "), "\(resumed.stderr)")
        #expect(try ffmpeg("-i \(output) -map 0:v -f framemd5 -").split(separator: "\n").count > short)
    }

    /// Networks that enlarge, alone and after a style, and a live style.
    @Test(.timeLimit(.minutes(3)), arguments: ["upscale", "--upscale 2", "-s deep.live.safetensors"])
    func everyKindOfJobGoesOn(kind: String) throws {
        let folder = try ScratchFolder()
        let (input, output) = (try clip(folder), folder.path("out.mkv"))
        // Deep enough that the second part takes a while, or the job would be done before it is killed.
        let live = Architecture.live(widths: [64, 128], residuals: 8)
        try Model(architecture: live, tensors: live.slopes, metadata: [:]).write(folder.path("deep.live.safetensors"))
        let (words, pixel) = (kind.split(separator: " ").map(String.init), folder.path("pixel.safetensors"))
        func model(_ name: String) throws {
            try? FileManager.default.removeItem(atPath: pixel)
            try FileManager.default.copyItem(atPath: Checkout.path("Models/\(name)"), toPath: pixel)
        }
        try model("upscaler-x2-pixel.safetensors")
        func arguments(_ output: String) -> [String] {
            switch kind {
            case "upscale": words + [input, output, "--model", pixel, "--resume"]
            case "--upscale 2": [input, output, "--upscaler", pixel, "-s", "starry-night", "--resume"] + words
            default: [input, output, "-s", folder.path(words[1]), "--resume"]
            }
        }
        try runAndKill(arguments(output), writing: output)
        let resumed = try Command.run(arguments(output))
        #expect(resumed.code == 0 && resumed.stderr.contains("going on after the "), "\(resumed.stderr)")
        let whole = try Command.run(arguments(folder.path("whole.mkv")))
        #expect(whole.code == 0, "\(whole.stderr)")
        #expect(try contents(output) == contents(folder.path("whole.mkv")))
        #expect(try contents(output)[1].contains("#dimensions 0: \(kind == "upscale" ? "96x64" : "48x32")"))

        // Another model of the same name is another job.
        guard kind.contains("upscale") else { return }
        try FileManager.default.removeItem(atPath: output)
        try runAndKill(arguments(output), writing: output)
        try model("upscaler-x2-feature.safetensors")
        let other = try Command.run(arguments(output))
        #expect(other.code == 1 && other.stderr.contains("(its upscaler differs)"), "\(other.stderr)")
    }

    @Test func resumingNeedsFiles() throws {
        for arguments in [
            ["-", "out.mkv"], ["in.mkv", "-"], ["in.mkv", "out.mkv", "--fps", "10"], ["upscale", "-", "out.mkv"],
            ["upscale", "in.mkv", "-"],
        ] {
            let result = try Command.run(arguments + ["--resume"])
            #expect(result.code == 64 && result.lines.count == 1)
            #expect(result.stderr.contains("--resume needs files at both ends"))
        }
    }
}

extension Architecture {
    /// Some weights for every tensor.
    fileprivate var slopes: [String: [Float]] {
        Dictionary(
            uniqueKeysWithValues: parameters.map { parameter in
                let count = parameter.shape.reduce(1, *)
                return (parameter.name, (0..<count).map { Float($0 % 7 - 3) / Float(max(8, count / parameter.shape[0])) })
            })
    }
}
