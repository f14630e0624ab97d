import Foundation
import TestFiles
import Testing

/// What goes through a pipe is what a file would hold, frame by frame, in every format that a pipe can have.
@Suite struct PipeFormatTests {
    private let sample = Checkout.path("Samples/harbour.mp4")
    private static let (width, height, frames) = (48, 28, 6)
    private let style = ["-s", "starry-night", "--network", "full", "--threads", "1", "-q"]

    /// Frames of the sample clip in a raw format.
    private func clip(_ folder: ScratchFolder, format: String, pixels: String) throws -> String {
        let path = folder.path("in.\(format)")
        try ffmpeg(
            "-i \(sample) -vf scale=\(Self.width):\(Self.height) -frames:v \(Self.frames) -pix_fmt \(pixels) -strict -1 "
                + "-f \(format) \(path)")
        return path
    }

    @Test(arguments: [
        ("rgb24", 6), ("bgr24", 6), ("rgba", 8), ("bgra", 8), ("argb", 8), ("0rgb", 8), ("gray", 2), ("yuv420p", 3), ("nv12", 3),
        ("nv21", 3), ("yuv422p", 4), ("yuyv422", 4), ("uyvy422", 4), ("yuv444p", 6), ("gray10le", 4), ("yuv420p10le", 6),
        ("gbrp", 6), ("rgb48le", 12),
    ])
    func rawFrames(pixels: String, halfBytesPerPixel: Int) throws {
        let folder = try ScratchFolder()
        let clip = try clip(folder, format: "rawvideo", pixels: pixels)
        let raw = ["-f", "rawvideo", "--size", "\(Self.width)x\(Self.height)", "--pix-fmt", pixels] + style
        let file = folder.path("out.raw")
        #expect(try Command.run([clip, file, "--output-format", "rawvideo"] + raw).code == 0)
        let input = try Data(contentsOf: URL(fileURLWithPath: clip))
        let pipe = try Command.run(["-", "-"] + raw, input: input)
        #expect(pipe.code == 0 && pipe.stderr.isEmpty)
        #expect(pipe.stdout.count == Self.frames * Self.width * Self.height * halfBytesPerPixel / 2)
        #expect(try Data(contentsOf: URL(fileURLWithPath: file)) == pipe.stdout)
        #expect(pipe.stdout != input)
        if pixels.hasPrefix("gray") { return }
        // They are what they claim to be: as rgb24 they have the colours of what is painted from rgb24.
        let source = try self.clip(folder, format: "rawvideo", pixels: "rgb24")
        let plain = ["-f", "rawvideo", "--size", "\(Self.width)x\(Self.height)", "--pix-fmt", "rgb24"] + style
        let expected = try Command.run([source, "-"] + plain).stdout
        let converted = folder.path("out.rgb")
        try ffmpeg(
            "-f rawvideo -s \(Self.width)x\(Self.height) -pix_fmt \(pixels) -i \(file) -pix_fmt rgb24 -f rawvideo \(converted)")
        let came = try Data(contentsOf: URL(fileURLWithPath: converted))
        for (mean, wanted) in zip(means(came), means(expected)) { #expect(abs(mean - wanted) < 8, "\(mean) for \(wanted)") }
    }

    /// A name that says how raw frames lie, an ending for a container, and nothing at all.
    @Test func whatNamesAndEndingsMean() throws {
        let folder = try ScratchFolder(), size = ["--size", "\(Self.width)x\(Self.height)"]
        let (planar, painted) = (folder.path("a.yuv"), folder.path("b.yuv")), count = Self.frames * Self.width * Self.height
        let clip = try clip(folder, format: "matroska", pixels: "yuv420p")
        func bytes(_ path: String) throws -> Int { try Data(contentsOf: URL(fileURLWithPath: path)).count }
        #expect(try Command.run([clip, planar] + style).code == 0 && bytes(planar) == count * 3 / 2)
        #expect(try Command.run([planar, painted, "-f", "rawvideo"] + size + style).code == 0 && bytes(painted) == count * 3 / 2)
        let matroska = try Command.run([clip, "-", "--output-format", "mkv"] + style)
        #expect(matroska.code == 0 && matroska.stdout.prefix(4) == Data([0x1A, 0x45, 0xDF, 0xA3]))
        let nothing = try Command.run(["-", folder.path("c.mp4")] + style, input: Data())
        #expect(nothing.code == 1 && nothing.stderr.contains("-: is empty"), "\(nothing.stderr)")
    }

    /// Mean red, green and blue.
    private func means(_ rgb: Data) -> [Double] {
        var sums = [0, 0, 0]
        for (i, byte) in rgb.enumerated() { sums[i % 3] += Int(byte) }
        return sums.map { Double($0 * 3) / Double(max(rgb.count, 1)) }
    }

    /// The header that came, pixel format by pixel format; ten bits become eight.
    @Test(arguments: [
        ("yuv420p", "420", 3), ("yuv422p", "422", 4), ("yuv444p", "444", 6), ("yuv411p", "411", 3), ("gray", "mono", 2),
        ("yuv420p10le", "420", 3),
    ])
    func yuv4mpeg(pixels: String, chroma: String, halfBytesPerPixel: Int) throws {
        let folder = try ScratchFolder()
        let clip = try clip(folder, format: "yuv4mpegpipe", pixels: pixels)
        let file = folder.path("out.y4m")
        #expect(try Command.run([clip, file] + style).code == 0)
        let pipe = try Command.run(["-", "-"] + style, input: try Data(contentsOf: URL(fileURLWithPath: clip)))
        #expect(pipe.code == 0 && pipe.stderr.isEmpty)
        #expect(try Data(contentsOf: URL(fileURLWithPath: file)) == pipe.stdout)
        let header = String(decoding: pipe.stdout.prefix { $0 != 10 }, as: UTF8.self)
        #expect(header.hasPrefix("YUV4MPEG2 W\(Self.width) H\(Self.height) F30:1 Ip A1:1 C\(chroma)"), "\(header)")
        let frameBytes = 6 + Self.width * Self.height * halfBytesPerPixel / 2
        #expect(pipe.stdout.count == header.utf8.count + 1 + Self.frames * frameBytes)
    }

    @Test(arguments: [
        ("nut", ["--codec", "rawvideo"]), ("nut", []), ("matroska", ["--codec", "ffv1"]), ("matroska", []), ("mpegts", []),
        ("mp4", ["--movflags", "frag_keyframe+empty_moov"]),
    ])
    func containers(format: String, options: [String]) throws {
        let folder = try ScratchFolder()
        let clip = try clip(folder, format: "yuv4mpegpipe", pixels: "yuv420p")
        let (file, piped) = (folder.path("file"), folder.path("piped"))
        let output = ["--output-format", format] + options + style
        #expect(try Command.run([clip, file] + output).code == 0)
        let pipe = try Command.run(["-", "-"] + output, input: try Data(contentsOf: URL(fileURLWithPath: clip)))
        #expect(pipe.code == 0 && pipe.stderr.isEmpty)
        try pipe.stdout.write(to: URL(fileURLWithPath: piped))
        let digests = try ffmpeg("-i \(piped) -f framemd5 -")
        #expect(digests.split(separator: "\n").filter { !$0.hasPrefix("#") }.count == Self.frames)
        #expect(digests == (try ffmpeg("-i \(file) -f framemd5 -")))
    }

    /// A y4m stream says what it is, and another format may be asked for.
    /// Of these the stream's time base is the rate, whatever the input counts in.
    @Test(arguments: ["mp4", "mkv"]) func aConstantRateIsStated(kind: String) throws {
        let folder = try ScratchFolder(), (input, output) = (folder.path("in.\(kind)"), folder.path("out.avi"))
        try ffmpeg("-f lavfi -i testsrc2=s=64x48:r=24:d=1 -c:v libx264 \(input)")
        let frames = try Command.run([input, "-", "--output-format", "yuv4mpegpipe", "-q"])
        #expect(String(decoding: frames.stdout.prefix(64), as: UTF8.self).contains(" F24:1 "))
        #expect(try Command.run([input, output, "-q"]).code == 0)
        let lines = try ffmpeg("-i \(output) -c copy -f framecrc -").split(separator: "\n")
        #expect(lines.contains("#tb 0: 1/24") && lines.filter { !$0.hasPrefix("#") }.count == 24)
    }

    @Test func rawFramesOfOneKindMayBecomeAnother() throws {
        let folder = try ScratchFolder()
        let input = try Data(contentsOf: URL(fileURLWithPath: try clip(folder, format: "yuv4mpegpipe", pixels: "yuv444p")))
        let size = Self.frames * Self.width * Self.height
        let gray = try Command.run(["-", "-", "--output-format", "rawvideo", "--pix-fmt", "gray"] + style, input: input)
        #expect(gray.stdout.count == size)
        let mono = try Command.run(["-", "-", "--pix-fmt", "gray"] + style, input: input)
        #expect(String(decoding: mono.stdout.prefix { $0 != 10 }, as: UTF8.self).contains(" Cmono"))
        let rgb = try Command.run(["-", "-", "--output-format", "rawvideo"] + style, input: input)
        #expect(rgb.stdout.count == 3 * size)
    }
}
