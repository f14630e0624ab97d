import Foundation
import Tempera
import Testing

/// What the command says and returns before it touches any video.
@Suite struct UsageTests {
    /// To accept a change on purpose: `COLUMNS=80 tempera --help > Tests/CLITests/Fixtures/help.txt`
    @Test(arguments: [["--help"], ["-h"], ["help"], ["stylize", "--help"]])
    func helpIsTheSnapshot(arguments: [String]) throws {
        let result = try Command.run(arguments, environment: ["COLUMNS": "80"])
        #expect(result.text == (try Fixture.text("help.txt")))
        #expect(result.code == 0)
        #expect(result.stderr.isEmpty)
    }

    @Test(arguments: [
        ([], "missing expected argument '<input>'"),
        (["a.mp4"], "missing expected argument '<output>'"),
        (["a.mp4", "b.mp4", "--frobnicate"], "unknown option '--frobnicate'"),
        (["a.mp4", "b.mp4", "c.mp4"], "unexpected argument 'c.mp4'"),
        (["-beach.mp4", "b.mp4"], "-beach.mp4: a name that begins with '-' is written ./-beach.mp4"),
        (["a.mp4", "b.mp4", "--progress", "77"], "--progress 77: no such open file descriptor"),
        (["a.mp4", "b.mp4", "-y", "-n"], "-y and -n exclude each other"),
        (["a.mp4", "b.mp4", "-v", "-q"], "--verbose and --quiet exclude each other"),
        (["a.mp4", "b.mp4", "--resize", "wide"], "the value 'wide' is invalid for '--resize <WxH>'"),
        (["a.mp4", "b.mp4", "--start", "-3"], "--start -3: a negative value does not work there"),
        (["a.mp4", "b.mp4", "--threads", "0"], "--threads must be 1 to 1024"),
        (["a.mp4", "b.mp4", "--precision", "fp8"], "the value 'fp8' is invalid for '--precision <precision>'"),
        (["bench", "--upscale", "3"], "the value '3' is invalid for '--upscale <factor>'. Please provide one of '2' and '4'"),
        (["bench", "--upscale", "2", "--style", "udnie"], "--style and --upscale exclude each other"),
        (["a.mp4", "b.mp4", "--live", "--pace"], "--live and --pace exclude each other"),
        (["a.mp4", "b.mp4", "--fps", "30", "--late", "drop"], "--fps needs --late repeat to keep its rate"),
        (["a.mp4", "-", "--progress", "-"], "--progress - is where the video goes"),
        (["a.mp4", "-", "--progress", "1"], "--progress 1 is where the video goes"),
        (["upscale", "a.mp4", "-", "--progress", "pipe:1"], "--progress pipe:1 is where the video goes"),
        (["/", "-"], "a folder cannot be written to stdout"),
        (["/", "painted", "--profile-json", "p.json"], "--profile-json, --profile and --trace take one file, not a folder"),
        (["a.mp4", "b.mp4", "--trace", "none/t.json"], "--trace none/t.json: cannot be written there"),
        (["a.mp4", "b.mp4", "--profile-json", "b.mp4"], "--profile-json b.mp4 is a video of this run"),
        (["a.mp4", "b.mp4", "--duration", "0"], "--duration must be more than 0"),
        (["a.mp4", "b.mp4", "--start", "1000000000"], "--start must be less than a billion seconds"),
        (["a.mp4", "b.gif", "--resume"], "--resume is for videos"),
        (["a.mp4", "b.mp4", "--live", "--prefer", "fps", "--upscale", "2"], "--prefer does not go with --upscale"),
        (["a.mp4", "b.mp4", "--crf=-5"], "--crf must be from 0 to 255"),
        (["measure", "objective", "a.jpg", "--photos", "p", "--vgg", "v", "--direct=-5"], "--direct must be at least 1"),
        (
            ["train", "a.jpg", "--photos", "p", "--vgg", "v", "--out", "o.safetensors", "--batch", "100"],
            "the batch must be 1 to 64"
        ),
        (
            ["train", "a.jpg", "--photos", "p", "--vgg", "v", "--out", "o.safetensors", "--minutes", "1e30"],
            "the time must be more than 0 and at most a million minutes"
        ),
        (["bench", "--size", "64x-1"], "--size needs both sides"),
        (["bench", "--frames", "0"], "--frames must be 1 to 1000000000"),
        (["upscale", "a.png", "b.png", "--scale", "3"], "the value '3' is invalid for '--scale <scale>'. Please provide one of '2' and '4'"),
        (["pipe:77", "b.mp4"], "pipe:77: no such open file descriptor"),
        (["upscale", "a.mp4", "pipe:77"], "pipe:77: no such open file descriptor"),
        (["a.mp4", "b.mp4", "--upscale", "3"], "the value '3' is invalid for '--upscale <factor>'. Please provide one of '2' and '4'"),
        (["paint", "a.png", "b.png", "c.png", "--vgg", "v", "--blend", "1,2"], "--blend needs 1 weight, one a painting"),
        (
            ["reconstruct", "content", "a.png", "--vgg", "v", "--grid", "--layer", "4_1"],
            "give --layer, or --grid with --layers"
        ),
        (
            ["train-upscaler", "--loss", "feature", "--photos", "p", "--out", "o.safetensors"], "--loss feature needs --vgg"
        ),
        (
            ["train", "a.jpg", "--photos", "p", "--vgg", "v", "--out", "o.safetensors", "--minutes", "1", "--iterations", "2"],
            "--minutes and --iterations exclude each other"
        ),
    ])
    func badUsageIsOneLineAnd64(arguments: [String], says: String) throws {
        let result = try Command.run(arguments)
        #expect(result.code == 64)
        #expect(result.lines.count == 1)
        #expect(result.stderr.hasPrefix("tempera: \(says)"))
        let commands = ["bench", "upscale", "paint", "reconstruct", "content", "train", "train-upscaler", "measure", "objective"]
        let command = (["tempera"] + arguments.prefix { commands.contains($0) }).joined(separator: " ")
        #expect(result.stderr.hasSuffix("; see '\(command) --help'\n"))
        #expect(result.stdout.isEmpty)
    }

    @Test func aMistypedCommandIsGuessed() throws {
        let result = try Command.run(["stlyes"])
        #expect(result.code == 64 && result.stderr.hasSuffix("; did you mean 'tempera styles'?\n"), "\(result.stderr)")
    }

    @Test func theVersionIsData() throws {
        let result = try Command.run(["--version"])
        #expect(result.code == 0)
        #expect(result.text.split(separator: ".").count == 3)
    }

    @Test func stylesAreATable() throws {
        let result = try Command.run(["styles"])
        #expect(result.code == 0)
        let lines = result.text.split(separator: "\n")
        #expect(lines.first?.split(separator: " ").map(String.init) == ["STYLE", "NETWORKS", "SIZE", "LICENCE", "PROVENANCE"])
        #expect(lines.filter { $0.hasPrefix("starry-night ") }.map { $0.contains(" full, live ") } == [true])
    }

    @Test func anUnknownStyleIsOneLine() throws {
        let result = try Command.run(["a.mp4", "b.mp4", "--style", "stary-night"])
        #expect(result.code == 1)
        #expect(result.lines.count == 1)
        #expect(result.stderr.hasPrefix("tempera: ") && result.stderr.contains("did you mean starry-night?"))
    }

    @Test func aModelThatEnlargesIsNoStyleAndTheOtherWayRound() throws {
        let painted = try Command.run(["a.mp4", "b.mp4", "--style", "upscaler-x4-pixel"])
        #expect(painted.code == 1 && painted.lines.count == 1)
        #expect(painted.stderr.contains("enlarges by 4 and does not paint"))
        let enlarged = try Command.run(["upscale", "a.mp4", "b.mp4", "--model", "starry-night"])
        #expect(enlarged.code == 1 && enlarged.stderr.contains("paints and does not enlarge by 2"))
        #expect(try !Style.bundled().contains { $0.name.hasPrefix("upscaler") })
    }

    /// A file holds the network that it holds.
    @Test func aFileOfTheOtherNetworkIsRefused() throws {
        let path = try #require(try Style.bundled().first { $0.name == "udnie" && $0.network == .full }).path
        let result = try Command.run(["a.mp4", "b.mp4", "--style", path, "--network", "live"])
        #expect(result.code == 1 && result.stderr.hasPrefix("tempera: there is no live network for the style"), "\(result.stderr)")
    }

    /// Whatever name a pipe goes by.
    @Test func pipesArePaintedWithTheLiveNetwork() throws {
        let folder = try ScratchFolder()
        let frames = Data(repeating: 90, count: 64 * 48 * 3 * 2), raw = ["-f", "rawvideo", "--size", "64x48", "-s", "udnie"]
        let result = try Command.run(["/dev/stdin", folder.path("a.mkv")] + raw, input: frames)
        #expect(result.code == 0 && result.stderr.contains("network: live;"), "\(result.stderr)")
        let fromFile = try Command.run(["/dev/zero", "/dev/null", "--output-format", "null", "--duration", "0.1"] + raw)
        #expect(fromFile.code == 0 && fromFile.stderr.contains("network: live;"), "\(fromFile.stderr)")
    }

    @Test func stylesComeFromTheFolderThatIsNamed() throws {
        let folder = try ScratchFolder()
        let bundled = try #require(try Style.bundled().first { $0.name == "starry-night" })
        try FileManager.default.copyItem(atPath: bundled.path, toPath: folder.path("a-first.safetensors"))
        try Data([1, 2, 3]).write(to: URL(fileURLWithPath: folder.path("cut-off.safetensors")))
        let result = try Command.run(["styles"], environment: ["TEMPERA_MODELS": folder.url.path])
        #expect(result.stderr.hasPrefix("tempera: warning: ") && result.stderr.contains("cut-off.safetensors"))
        #expect(result.text.split(separator: "\n").dropFirst().first?.hasPrefix("a-first ") == true)
        let named = try Command.run(
            ["none.mp4", "b.mp4", "--style", "a-first"], environment: ["TEMPERA_MODELS": folder.url.path])
        #expect(named.stderr.contains("none.mp4") && !named.stderr.contains("there is no style"))
        let unnamed = try Command.run(["none.mp4", "b.mp4"], environment: ["TEMPERA_MODELS": folder.url.path])
        #expect(unnamed.lines.first?.hasPrefix("tempera: style: starry-night;") == true)
    }

    @Test func anExistingOutputIsRefusedWhereNobodyCanBeAsked() throws {
        let folder = try ScratchFolder()
        try Data("precious".utf8).write(to: URL(fileURLWithPath: folder.path("out.mp4")))
        for (flag, says) in [([], "exists; add -y to overwrite it"), (["-n"], "exists, and -n keeps it")] {
            let result = try Command.run(["missing.mp4", folder.path("out.mp4"), "-s", "starry-night"] + flag)
            #expect(result.code == 1)
            #expect(result.stderr == "tempera: \(folder.path("out.mp4")): \(says)\n")
        }
        #expect(try String(contentsOfFile: folder.path("out.mp4"), encoding: .utf8) == "precious")
    }

    @Test(arguments: ["styles", "--help"]) func aReaderWhoWentAwayIsTold(_ command: String) throws {
        let script = "{ sleep 0.2; '\(Command.program.path)' \(command); echo $? >&2; } | true"
        #expect(try Command.run(["-c", script], program: URL(fileURLWithPath: "/bin/bash")).stderr == "141\n")
    }

    @Test func aMissingInputIsOneLine() throws {
        let folder = try ScratchFolder()
        let result = try Command.run(["missing.mp4", "out.mp4", "-s", "starry-night"], in: folder.url)
        #expect(result.code == 1)
        #expect(result.stderr == "tempera: missing.mp4: no such file\n")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).isEmpty)
    }
}
