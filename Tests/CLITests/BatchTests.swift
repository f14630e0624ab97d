import Foundation
import Testing

/// A folder in, a folder out.
@Suite struct BatchTests {
    private func size(_ path: String) throws -> String {
        try ffmpeg("-i \(path) -frames:v 1 -f framemd5 -").split(separator: "\n").first { $0.contains("#dimensions") }
            .map(String.init) ?? ""
    }

    @Test func everyFileIsPaintedAndEachFailureNamed() throws {
        let folder = try ScratchFolder()
        let (input, output) = (folder.path("in"), folder.path("new/out"))
        try FileManager.default.createDirectory(atPath: input + "/deeper", withIntermediateDirectories: true)
        try ffmpeg("-f lavfi -i testsrc2=s=64x48:r=5:d=1 -f lavfi -i sine=d=1 \(input)/a.mp4")
        try ffmpeg("-f lavfi -i testsrc2=s=40x32 -frames:v 1 -update 1 \(input)/c.PNG")
        try ffmpeg("-f lavfi -i sine=d=1 \(input)/d.m4a")
        try Data("no picture".utf8).write(to: URL(fileURLWithPath: input + "/b.jpg"))
        try Data("words".utf8).write(to: URL(fileURLWithPath: input + "/notes.txt"))
        try Data("a picture".utf8).write(to: URL(fileURLWithPath: input + "/f.heic"))
        try Data("hidden".utf8).write(to: URL(fileURLWithPath: input + "/.hidden.mp4"))
        // Turned by a quarter: EXIF's orientation 6.
        try ffmpeg("-f lavfi -i testsrc2=s=48x32 -frames:v 1 -update 1 \(input)/e.jpg")
        var picture = try Data(contentsOf: URL(fileURLWithPath: input + "/e.jpg"))
        let tiff: [UInt8] = [0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0]
        picture.insert(contentsOf: [0xFF, 0xE1, 0, UInt8(tiff.count + 8)] + Array("Exif".utf8) + [0, 0] + tiff, at: 2)
        try picture.write(to: URL(fileURLWithPath: input + "/e.jpg"))

        let result = try Command.run([input, output, "-s", "starry-night"])
        #expect(result.code == 1)
        #expect(result.lines.prefix(2) == ["tempera: network: full; --network chooses another", "tempera: left out, no video or picture: deeper/, notes.txt; folders in it are not entered"])
        #expect(result.lines.contains("tempera: \(input)/b.jpg: not one frame could be decoded"), "\(result.stderr)")
        #expect(result.lines.contains { $0.hasPrefix("tempera: \(input)/f.heic: is read in this format and not written") })
        #expect(result.lines.contains("tempera: left out, no video or picture: d.m4a"))
        #expect(result.lines.last == "tempera: \(output): 3 done, 2 failed")
        try FileManager.default.removeItem(atPath: input + "/f.heic")
        #expect(try FileManager.default.contentsOfDirectory(atPath: output).sorted() == ["a.mp4", "c.PNG", "e.jpg"])
        #expect(try size(output + "/c.PNG").hasSuffix("40x32"))
        #expect(try size(output + "/e.jpg").hasSuffix("32x48"))

        // What is there already is a failure each, unless it may be overwritten.
        try FileManager.default.removeItem(atPath: input + "/b.jpg")
        let again = try Command.run([input, output, "-s", "starry-night", "-q"])
        #expect(again.code == 1 && again.lines.filter { $0.hasSuffix(": exists; add -y to overwrite it, or -n to leave such files as they are") }.count == 3)
        let kept = try Command.run([input, output, "-s", "starry-night", "-n"])
        #expect(kept.code == 0 && kept.lines.last == "tempera: \(output): 0 done, 0 failed", "\(kept.stderr)")
        #expect(try Command.run([input, output, "-s", "starry-night", "-q", "-y"]).code == 0)
        try FileManager.default.removeItem(atPath: output + "/a.mp4")
        let night = try Data(contentsOf: URL(fileURLWithPath: output + "/c.PNG"))
        let resumed = try Command.run([input, output, "-s", "starry-night", "--resume"])
        #expect(resumed.code == 0 && resumed.lines.last == "tempera: \(output): 1 done, 0 failed", "\(resumed.stderr)")
        #expect(resumed.lines.contains("tempera: \(output)/c.PNG: there already"))
        let anew = try Command.run([input, output, "-s", "the-scream", "--resume", "-y", "-q", "--progress", "/dev/null"])
        #expect(anew.code == 0, "\(anew.stderr)")
        #expect(try Data(contentsOf: URL(fileURLWithPath: output + "/c.PNG")) != night)
        // What a signal cuts off is not there, so that the next run paints it.
        try ffmpeg("-f lavfi -i testsrc2=s=320x240:r=30:d=60 -c:v libx264 -preset ultrafast \(input)/z.mp4")
        let running = try RunningCommand([input, output, "-s", "starry-night", "-n", "--progress", "-"])
        running.readStdout(until: "progress=continue")
        running.send(SIGINT)
        let (code, said) = running.wait()
        #expect(code == 130 && said.hasSuffix("\(output): 0 done, 0 failed, 1 left\n"), "\(said)")
        #expect(!FileManager.default.fileExists(atPath: output + "/z.mp4"))
        // Names of other endings, of rows of pictures, and nothing but sound.
        let (odd, sounds) = (folder.path("odd"), folder.path("sounds"))
        for name in [odd, sounds] { try FileManager.default.createDirectory(atPath: name, withIntermediateDirectories: true) }
        try FileManager.default.copyItem(atPath: input + "/e.jpg", toPath: odd + "/a.jfif")
        try FileManager.default.copyItem(atPath: input + "/c.PNG", toPath: odd + "/b%02d.png")
        let others = try Command.run([odd, folder.path("odd-out"), "-s", "starry-night", "--fps", "50"])
        #expect(others.lines.last == "tempera: \(folder.path("odd-out")): 1 done, 1 failed", "\(others.stderr)")
        #expect(others.stderr.contains("b%02d.png: its name stands for a row of numbered pictures; rename it"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("odd-out")) == ["a.jfif"])
        try FileManager.default.copyItem(atPath: input + "/d.m4a", toPath: sounds + "/d.m4a")
        let silent = try Command.run([sounds, folder.path("silent"), "-s", "starry-night"])
        #expect(silent.code == 1 && silent.lines.last == "tempera: \(sounds): holds no videos or pictures (folders in it are not entered)", "\(silent.stderr)")
        #expect(!FileManager.default.fileExists(atPath: folder.path("silent")))
        let same = try Command.run([input, input + "/.", "-s", "starry-night"])
        #expect(same.code == 1 && same.stderr.hasSuffix("input and output are the same file; choose another output name\n"))
    }

    @Test func aFolderIsEnlarged() throws {
        let folder = try ScratchFolder(), (input, output) = (folder.path("in"), folder.path("out"))
        try FileManager.default.createDirectory(atPath: input, withIntermediateDirectories: true)
        try ffmpeg("-f lavfi -i testsrc2=s=40x32 -frames:v 1 -update 1 \(input)/a.png")
        try ffmpeg("-f lavfi -i testsrc2=s=32x40:r=10:d=1 \(input)/b.mkv")
        let result = try Command.run(["upscale", input, output, "--start", "0.5", "--duration", "0.3"])
        #expect(result.code == 0 && result.lines.last == "tempera: \(output): 2 done, 0 failed", "\(result.stderr)")
        #expect(try size(output + "/a.png").hasSuffix("80x64") && size(output + "/b.mkv").hasSuffix("64x80"))
        #expect(result.stderr.contains("b.mkv: 3 frames"), "\(result.stderr)")
    }
}
