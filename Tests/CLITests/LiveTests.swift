import Foundation
import TestFiles
import Testing

/// A screen without a monitor that plays a clip in its top left corner.
private final class Screen {
    static let isAvailable = ["Xvfb", "ffplay"].allSatisfy { name in
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains {
            FileManager.default.isExecutableFile(atPath: "\($0)/\(name)")
        }
    }

    /// As `:1`.
    let name: String
    private let server = Process()
    private let player = Process()

    init(playing clip: String, width: Int, height: Int) throws {
        let number = Pipe()
        server.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        server.arguments = ["Xvfb", "-displayfd", "1", "-screen", "0", "\(width)x\(height)x24"]
        server.standardOutput = number
        server.standardError = FileHandle.nullDevice
        try server.run()
        // It says which number was free once it takes connections.
        var text = Data()
        while !text.contains(10) {
            let more = number.fileHandleForReading.availableData
            guard !more.isEmpty else { throw FFmpegFailure(words: "Xvfb") }
            text.append(more)
        }
        name = ":" + String(decoding: text, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        player.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        player.arguments = ["ffplay", "-v", "quiet", "-an", "-loop", "0", "-noborder", "-left", "0", "-top", "0"]
            + ["-x", "\(width)", "-y", "\(height)", clip]
        player.environment = ProcessInfo.processInfo.environment.merging(["DISPLAY": name, "SDL_VIDEODRIVER": "x11"]) { $1 }
        (player.standardOutput, player.standardError) = (FileHandle.nullDevice, FileHandle.nullDevice)
        player.standardInput = FileHandle.nullDevice
        try player.run()
    }

    /// Waits until there is something to see.
    func waitForPicture(width: Int, height: Int) throws {
        for _ in 0..<100 {
            let size = "-video_size \(width)x\(height)"
            let grey = try ffmpeg("-f x11grab \(size) -i \(name) -frames:v 1 -pix_fmt gray -f framemd5 -")
            let black = try ffmpeg("-f lavfi -i color=black:s=\(width)x\(height) -frames:v 1 -pix_fmt gray -f framemd5 -")
            func digest(_ text: String) -> Substring? { text.split { " \n,".contains($0) }.last }
            if digest(grey) != digest(black) { return }
            usleep(200_000)
        }
        throw FFmpegFailure(words: "ffplay showed nothing in 20 s")
    }

    deinit {
        // They inherit the signal mask of a worker thread, which lets nothing else through.
        for process in [player, server] where process.isRunning {
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
    }
}

/// A source that really is live: whoever is too slow for it misses frames.
@Suite(.enabled(if: Screen.isAvailable, "NOT TESTED: capture of a live screen needs Xvfb and ffplay (apt: xvfb, ffmpeg)"))
struct LiveTests {
    private let sample = Checkout.path("Samples/harbour.mp4")

    @Test(.timeLimit(.minutes(2))) func aScreenIsPaintedAsItPlays() throws {
        let folder = try ScratchFolder()
        let (width, height) = (160, 120)
        let screen = try Screen(playing: sample, width: width, height: height)
        try screen.waitForPicture(width: width, height: height)
        let output = folder.path("screen.nut")
        let result = try Command.run(
            [screen.name, output, "-f", "x11grab", "--size", "\(width)x\(height)", "--rate", "10", "--live", "--fps", "10"]
                + ["--duration", "3", "--codec", "rawvideo", "-s", "starry-night"])
        #expect(result.code == 0, "\(result.stderr)")
        // Three seconds at a constant rate and size, whatever the machine was doing; the picture moves.
        let digests = try ffmpeg("-i \(output) -f framemd5 -").split(separator: "\n")
        #expect(digests.contains("#dimensions 0: \(width)x\(height)"))
        let frames = digests.filter { !$0.hasPrefix("#") }.map { $0.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) } }
        #expect((24...31).contains(frames.count), "\(frames.count) frames; \(result.stderr)")
        #expect(frames.map { $0[2] } == (0..<frames.count).map(String.init), "a gap in time")
        #expect(Set(frames.map { $0.last ?? "" }).count >= 3, "the picture stands still")
        #expect(result.stderr.contains(" = \(frames.count) out; late: decode "))
    }

    @Test func aScreenThatIsNotThereIsOneLine() throws {
        let folder = try ScratchFolder()
        let result = try Command.run(
            [":4711", "out.nut", "-f", "x11grab", "--size", "160x120", "--live", "-s", "starry-night"], in: folder.url)
        #expect(result.code == 1 && result.lines.count == 1, "\(result.stderr)")
        #expect(result.stderr.hasPrefix("tempera: :4711: opening failed"), "\(result.stderr)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).isEmpty)
    }
}
