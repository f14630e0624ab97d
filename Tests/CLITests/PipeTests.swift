import Foundation
import Testing

/// Raw frames through stdin and stdout: whole runs of the command that need no file.
@Suite struct PipeTests {
    private static let size = (width: 48, height: 32)
    private static let frameBytes = size.width * size.height * 3
    private let raw = [
        "-f", "rawvideo", "--size", "\(size.width)x\(size.height)", "--rate", "10", "-s", "starry-night",
        "--network", "full", "--threads", "1",
    ]

    /// Frames of slowly changing slopes.
    private func frames(_ count: Int, brightening: Int = 5) -> Data {
        var bytes = Data(capacity: count * Self.frameBytes)
        for frame in 0..<count {
            for i in 0..<Self.frameBytes { bytes.append(UInt8(truncatingIfNeeded: i / 9 + frame * brightening)) }
        }
        return bytes
    }

    private func frame(_ index: Int, of data: Data) -> Data {
        data.subdata(in: index * Self.frameBytes..<(index + 1) * Self.frameBytes)
    }

    @Test func everyFrameComesOutPainted() throws {
        let input = frames(7)
        let result = try Command.run(["-", "-", "--no-steady"] + raw, input: input)
        #expect(result.code == 0)
        #expect(result.stdout.count == input.count)
        #expect(result.stdout != input)
        #expect(result.stderr.contains("tempera: stdout: 7 frames in "))
        // One frame alone is painted as it is among others.
        let alone = try Command.run(["-", "-", "-q"] + raw, input: frame(3, of: input))
        #expect(alone.stdout == frame(3, of: result.stdout))
        #expect(alone.stderr.isEmpty)
    }

    /// Something of the frame before is kept, but in a fade.
    @Test func framesAreSteadyUnlessTold() throws {
        for (brightening, isSteady) in [(1, true), (5, false)] {
            let input = frames(4, brightening: brightening)
            let alone = try Command.run(["-", "-", "-q", "--no-steady"] + raw, input: input)
            let steady = try Command.run(["-", "-", "-q"] + raw, input: input)
            #expect(frame(0, of: steady.stdout) == frame(0, of: alone.stdout))
            #expect((frame(3, of: steady.stdout) != frame(3, of: alone.stdout)) == isSteady)
        }
    }

    @Test func theDigestOfAFileIsThatOfThePipe() throws {
        let folder = try ScratchFolder()
        let input = frames(5)
        try input.write(to: URL(fileURLWithPath: folder.path("in.rgb")))
        let toFile = try Command.run([folder.path("in.rgb"), folder.path("out.nut"), "--codec", "rawvideo", "--pix-fmt", "rgb24"] + raw)
        #expect(toFile.code == 0)
        let back = try Command.run([folder.path("in.rgb"), "-"] + raw)
        let written = try Data(contentsOf: URL(fileURLWithPath: folder.path("out.nut")))
        for index in 0..<5 { #expect(written.range(of: frame(index, of: back.stdout)) != nil) }
    }

    @Test func aPartialLastFrameIsDroppedWithAWarning() throws {
        let result = try Command.run(["-", "-"] + raw, input: frames(3).dropLast(10))
        #expect(result.code == 0)
        #expect(result.stdout.count == 2 * Self.frameBytes)
        #expect(result.stderr.contains("tempera: warning: the last frame is incomplete and was dropped\n"))
    }

    @Test func aReaderThatGoesAwayEndsTheRunQuietly() throws {
        let process = try RunningCommand(["-", "-"] + raw)
        process.feed(frames(200))
        _ = process.stdout.readData(ofLength: Self.frameBytes)
        try process.stdout.close()
        let (code, stderr) = process.wait()
        #expect(code == 128 + SIGPIPE)
        #expect(stderr.isEmpty)
    }

    @Test(arguments: [[], ["--live"], ["--output-format", "nut", "--codec", "ffv1"]])
    func theFirstFrameIsOutBeforeTheSecondIsIn(options: [String]) throws {
        let process = try RunningCommand(["-", "-"] + raw + options)
        process.feed(frames(1), andClose: false)
        // A header of a container is far smaller than the frame, even a compressed one.
        let wanted = options.contains("ffv1") ? 1000 : Self.frameBytes
        var output = pollfd(fd: process.stdout.fileDescriptor, events: Int16(POLLIN), revents: 0)
        var got = 0
        while got < wanted, poll(&output, 1, 60_000) == 1 {
            let more = process.stdout.availableData.count
            if more == 0 { break }
            got += more
        }
        process.send(SIGKILL)
        #expect(got >= wanted, "\(got) bytes in a minute")
        _ = process.wait()
    }

    @Test(arguments: [SIGINT, SIGTERM])
    func aSignalLeavesAPlayableFile(signal: Int32) throws {
        let folder = try ScratchFolder()
        // The input is kept open: the command waits for more when the signal comes.
        let process = try RunningCommand(["-", folder.path("out.mkv"), "--progress", "-"] + raw)
        process.feed(frames(6), andClose: false)
        process.readStdout(until: "progress=continue")
        process.send(signal)
        let (exit, stderr) = process.wait()
        #expect(exit == 128 + signal)
        #expect(stderr.contains("stopped early"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["out.mkv"])
        let again = try Command.run([folder.path("out.mkv"), "-", "--output-format", "rawvideo", "--pix-fmt", "rgb24", "-s", "starry-night"])
        #expect(again.code == 0)
        #expect(again.stdout.count >= Self.frameBytes && again.stdout.count % Self.frameBytes == 0)
    }

    /// A named pipe whose writer falls silent is left on a signal, as stdin is.
    @Test(.timeLimit(.minutes(4))) func aSilentNamedPipeIsLeft() throws {
        let folder = try ScratchFolder(), pipe = folder.path("frames")
        #expect(mkfifo(pipe, 0o600) == 0)
        let running = try RunningCommand([pipe, folder.path("out.mkv"), "--network", "live", "-v"] + raw)
        let descriptor = open(pipe, O_WRONLY)
        defer { close(descriptor) }
        let bytes = [UInt8](frames(20))
        #expect(write(descriptor, bytes, bytes.count) == bytes.count)
        usleep(500_000)
        running.send(SIGINT)
        #expect(running.wait().code == 130)
    }

    /// What nobody reads is not worth a job.
    @Test func aClosedStderrIsNoEnd() throws {
        let folder = try ScratchFolder()
        try ffmpeg("-f lavfi -i testsrc2=s=64x48:r=5:d=1 \(folder.path("in.mkv"))")
        let script = "'\(Command.program.path)' in.mkv out.mkv -v 2>&-"
        #expect(try Command.run(["-c", script], in: folder.url, program: URL(fileURLWithPath: "/bin/sh")).code == 0)
        #expect(FileManager.default.fileExists(atPath: folder.path("out.mkv")))
    }

    @Test func aSignalBeforeTheFirstFrameLeavesNothing() throws {
        let folder = try ScratchFolder()
        let process = try RunningCommand(["-", folder.path("out.mkv"), "-v"] + raw)
        process.send(SIGINT)
        let (exit, _) = process.wait()
        #expect(exit == 130 || exit == -SIGINT)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).isEmpty)
    }

    @Test func aConstantRateRepeatsFrames() throws {
        let result = try Command.run(["-", "-", "--fps", "20"] + raw, input: frames(6))
        #expect(result.code == 0)
        #expect(result.stdout.count == 12 * Self.frameBytes)
        #expect(frame(2, of: result.stdout) == frame(3, of: result.stdout))
        #expect(frame(3, of: result.stdout) != frame(4, of: result.stdout))
        #expect(result.stderr.contains("6 in + 6 repeated - 0 dropped = 12 out"))
    }

    @Test func aConstantRateDropsFrames() throws {
        let result = try Command.run(["-", "-", "--fps", "5"] + raw, input: frames(6))
        #expect(result.stdout.count == 3 * Self.frameBytes)
        #expect(result.stderr.contains("6 in + 0 repeated - 3 dropped = 3 out"))
    }

    @Test func aPacedRunKeepsEveryPlace() throws {
        let result = try Command.run(["-", "-", "--pace", "--rate", "50"] + raw, input: frames(20))
        #expect(result.code == 0)
        #expect(result.stdout.count == 20 * Self.frameBytes)
        #expect(result.stderr.contains("20 in + ") && result.stderr.contains(" = 20 out"))
    }
}
