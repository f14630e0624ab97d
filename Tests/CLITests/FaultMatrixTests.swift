import Foundation
import Testing

/// Everything that can be wrong with what a user asks for: one line says so, the exit code is right, and what was there
/// before is there still.
@Suite(.serialized) struct FaultMatrixTests {
    struct Fault: CustomTestStringConvertible, Sendable {
        let name: String
        /// The line after `tempera: `, or how it begins.
        let says: String
        /// Words after input and output.
        var options: [String] = []
        var output = "out.mp4"
        /// Makes the input, in the folder of the test.
        var input: @Sendable () -> String = { "clip.mp4" }

        var testDescription: String { name }
    }

    static let faults: [Fault] = [
        Fault(name: "missing", says: "no.mp4: no such file", input: { "no.mp4" }),
        Fault(name: "folder without pictures", says: "empty: holds no videos or pictures", output: "other", input: { "empty" }),
        // Not even root may read this one.
        Fault(
            name: "no permission", says: "/proc/sys/vm/drop_caches: permission denied; check who may read or write it",
            input: { "/proc/sys/vm/drop_caches" }),
        Fault(name: "no video", says: "sound.m4a: holds no video stream", input: { "sound.m4a" }),
        Fault(name: "encrypted", says: "locked.mp4: the video is encrypted; decrypt it first", input: { "locked.mp4" }),
        Fault(name: "truncated", says: "short.mp4: the file is cut short (its index is missing)", input: { "short.mp4" }),
        Fault(name: "no media", says: "text.mp4: not a video file that FFmpeg knows", input: { "text.mp4" }),
        Fault(name: "unknown codec", says: "strange.mkv: this FFmpeg build has no decoder for '", input: { "strange.mkv" }),
        Fault(
            name: "too many errors", says: "damaged.mkv: 1 part could not be decoded, more than the 0 allowed by --max-errors",
            options: ["--max-errors", "0"], input: { "damaged.mkv" }),
        Fault(name: "playlist", says: "list.m3u8: is a playlist (hls) that names other files", input: { "list.m3u8" }),
        Fault(name: "network", says: "http://localhost/a.mp4: only files and pipes are opened", input: { "http://localhost/a.mp4" }),
        Fault(name: "wrong stream", says: "clip.mp4: stream 1 is no video stream", options: ["--stream", "1"]),
        Fault(name: "start beyond the end", says: "clip.mp4: no frame at or after 99.0 s", options: ["--start", "99"]),
        Fault(name: "no folder for the output", says: "none/out.mp4: cannot be written (there is no folder none)", output: "none/out.mp4"),
        Fault(name: "unwritable", says: "/proc/out.mp4: cannot be written (", output: "/proc/out.mp4"),
        Fault(name: "output is a folder", says: "empty: is a folder", output: "empty"),
        Fault(name: "output is a folder with a format", says: "empty: is a folder", options: ["--output-format", "mp4"], output: "empty"),
        Fault(name: "a file of sound", says: "mp3 cannot hold video; choose another codec or file name", output: "out.mp3"),
        Fault(name: "full device", says: "/dev/full: the disk is full", options: ["--output-format", "matroska"], output: "/dev/full"),
        Fault(name: "output is input", says: "clip.mp4: input and output are the same file", output: "clip.mp4"),
        Fault(name: "unknown format", says: "out.xyz: cannot tell the format from the name", output: "out.xyz"),
        Fault(name: "no encoder", says: "this FFmpeg build has no video encoder 'libx999'", options: ["--codec", "libx999"]),
        Fault(name: "codec does not fit", says: "webm cannot hold libx264", options: ["--codec", "libx264"], output: "out.webm"),
        Fault(name: "pixel format", says: "libx264 does not encode pal8", options: ["--pix-fmt", "pal8"]),
        Fault(name: "unknown style", says: "there is no style or file \"stary-night\"; did you mean starry-night?", options: ["-s", "stary-night"]),
        Fault(name: "missing style", says: "none.safetensors: cannot open: No such file or directory", options: ["-s", "none.safetensors"]),
        Fault(name: "wrong architecture", says: "other.safetensors: ", options: ["-s", "other.safetensors"]),
        Fault(name: "size", says: "cannot make frames of 65536x65536 pixels", options: ["--resize", "65536x65536"]),
    ]

    /// Made once: whole, damaged and strange files.
    private static let inputs: Result<ScratchFolder, any Error> = Result {
        let folder = try ScratchFolder()
        func path(_ name: String) -> String { folder.path(name) }
        func write(_ bytes: some Sequence<UInt8>, _ name: String) throws {
            try Data(bytes).write(to: URL(fileURLWithPath: path(name)))
        }
        try ffmpeg("-f lavfi -i testsrc2=s=64x48:r=25:d=2 -f lavfi -i sine=d=2 -c:v libx264 -g 10 -bf 0 -c:a aac \(path("clip.mp4"))")
        try ffmpeg("-i \(path("clip.mp4")) -vn -c copy \(path("sound.m4a"))")
        try ffmpeg("-i \(path("clip.mp4")) -c copy \(path("clip.mkv"))")
        let key = String(repeating: "0f", count: 16)
        try ffmpeg(
            "-i \(path("clip.mp4")) -c copy -encryption_scheme cenc-aes-ctr -encryption_key \(key) -encryption_kid \(key)"
                + " \(path("locked.mp4"))")
        let whole = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path("clip.mp4"))))
        try write(whole.prefix(whole.count / 2), "short.mp4")
        try write((0..<5000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 3) }, "text.mp4")
        var matroska = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path("clip.mkv"))))
        for i in stride(from: matroska.count / 4, to: matroska.count * 3 / 4, by: 700) {
            for k in 0..<40 { matroska[i + k] ^= 0x5A }
        }
        try write(matroska, "damaged.mkv")
        var strange = try Data(contentsOf: URL(fileURLWithPath: path("clip.mkv")))
        if let id = strange.range(of: Data("V_MPEG4/ISO/AVC".utf8)) { strange.replaceSubrange(id, with: Data("V_STRANGE/CODEC".utf8)) }
        try write(strange, "strange.mkv")
        try write("#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:1,\nclip.mp4\n#EXT-X-ENDLIST\n".utf8, "list.m3u8")
        let header = "{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}"
        try write([UInt8(header.utf8.count), 0, 0, 0, 0, 0, 0, 0] + Array(header.utf8) + [0, 0, 0, 0], "other.safetensors")
        try FileManager.default.createDirectory(atPath: path("empty"), withIntermediateDirectories: false)
        try write("precious".utf8, "out.mp4")
        return folder
    }

    private func state(_ folder: ScratchFolder) throws -> [String] {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted()
        let old = try Data(contentsOf: URL(fileURLWithPath: folder.path("out.mp4")))
        return names + ["\(old.count) bytes", String(decoding: old.prefix(8), as: UTF8.self)]
    }

    @Test(arguments: faults) func isOneLine(fault: Fault) throws {
        let folder = try Self.inputs.get()
        try Data("precious".utf8).write(to: URL(fileURLWithPath: folder.path("out.mp4")))
        let before = try state(folder)
        let style = fault.options.contains("-s") ? [] : ["-s", "starry-night"]
        let result = try Command.run([fault.input(), fault.output, "-y", "-q"] + style + fault.options, in: folder.url)
        #expect(result.code == 1, "\(result.stderr)")
        let errors = result.lines.filter { !$0.hasPrefix("tempera: warning: ") }
        #expect(errors.count == 1 && errors[0].hasPrefix("tempera: \(fault.says)"), "\(result.stderr)")
        #expect(result.stdout.isEmpty)
        #expect(try state(folder).filter { $0 != "other" } == before.filter { $0 != "other" })
    }

    /// A process that may hold 900 MB, and a picture that takes more.
    @Test func memoryThatIsNotThereIsSaid() throws {
        let folder = try Self.inputs.get()
        let script = "ulimit -v 900000; '\(Command.program.path)' clip.mp4 out.mp4 -y -s starry-night --resize 3840x2160; echo $?"
        #expect(try Self.run(["sh", "-c", script], in: folder).hasSuffix("fits\n1\n"))
        #expect(try String(contentsOfFile: folder.path("out.mp4"), encoding: .utf8) == "precious")
    }

    /// What a program says on stdout and stderr.
    private static func run(_ words: [String], in folder: ScratchFolder) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = words
        process.currentDirectoryURL = folder.url
        let output = Pipe()
        (process.standardOutput, process.standardError) = (output, output)
        try process.run()
        let said = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return said
    }

    /// Damage in the middle is counted, and the rest is painted.
    @Test func damageIsNoEnd() throws {
        let folder = try Self.inputs.get()
        let result = try Command.run(
            ["damaged.mkv", "-", "-s", "starry-night", "--output-format", "rawvideo", "--codec", "rawvideo"], in: folder.url)
        #expect(result.code == 0)
        #expect(result.lines.contains("tempera: warning: stream 0: corrupt data; going on with what can be decoded"))
        #expect(result.stderr.contains(" of the video could not be decoded\n"))
        #expect(result.stdout.count > 64 * 48 * 20)
    }

    /// A disk of 64 KB, which only a system that lets users mount one of their own can have.
    @Test func aFullDiskLeavesWhatWasThere() throws {
        let folder = try Self.inputs.get()
        let script = """
            mount -t tmpfs -o size=64k tmpfs empty && echo -n precious > empty/out.mkv
            '\(Command.program.path)' clip.mp4 empty/out.mkv -y -q -s starry-night --codec ffv1 --resize 256x192; echo $?; ls -A empty
            cat empty/out.mkv
            """
        let said = try Self.run(["unshare", "-rm", "sh", "-c", script], in: folder)
        guard !said.contains("unshare failed"), !said.contains("mount:") else {
            print("SKIPPED: no disk of its own for a user here: \(said)")
            return
        }
        #expect(said == "tempera: empty/out.mkv: the disk is full; make room or write elsewhere\n1\nout.mkv\nprecious")
    }

    /// The first signal asks for the end of the file; the second does not wait for it.
    @Test func aSecondSignalEndsAtOnce() throws {
        let folder = try ScratchFolder()
        let running = try RunningCommand(
            ["-", folder.path("out.mkv"), "--progress", "-", "-f", "rawvideo", "--size", "1920x1080", "-s", "starry-night"]
                + ["--network", "full"])
        running.feed(Data(repeating: 90, count: 1920 * 1080 * 3 * 4), andClose: false)
        running.readStdout(until: "progress=continue")
        // What comes with the first is that one again: on a busy machine the second may.
        for _ in 0..<5 {
            running.send(SIGTERM)
            usleep(30000)
        }
        let (code, said) = running.wait()
        #expect(code == 143)
        #expect(said.contains("once more to end at once") && !said.contains("stopped early"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == [])
    }
}
