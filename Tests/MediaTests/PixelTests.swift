import Foundation
import Network
import Testing

@testable import Media

/// Depths, greys, palettes, transparency and tags on their way through.
@Suite struct PixelTests {
    private func entries(_ path: String, _ names: String) throws -> [String] { try probe(path, "v:0", stream: names) }

    /// What says nothing is taken for BT.601 under 720 lines and BT.709 from there, and the output keeps its silence.
    @Test(arguments: [(576, 6), (718, 6), (720, 1), (1080, 1)] as [(Int, UInt32)])
    func untaggedPicturesGoByTheirHeight(height: Int, matrix: UInt32) throws {
        let scratch = try Scratch()
        let (tagged, plain) = (scratch.file("a.mkv"), scratch.file("b.y4m"))
        let picture = gradient(width: 64, height: height)
        var options = SinkOptions()
        (options.codec, options.pixelFormat) = ("ffv1", "yuv444p")
        let color = ColorTags(matrix: matrix, primaries: matrix, transfer: matrix)
        try write(picture, to: tagged, color: color, options: options)
        // YUV4MPEG2 has no word for the matrix.
        try ffmpeg("-i \(tagged) -f yuv4mpegpipe \(plain)")
        let source = try FileSource(plain)
        #expect(source.video.color.matrix == 2)
        guard case .frame(let frame) = try source.next() else { throw ShellError(text: "no frame") }
        let (mean, _) = difference(frame.pixels, picture)
        #expect(mean.max() ?? 9 <= 1, "\(mean)")
        let output = scratch.file("c.mp4")
        try copy(plain, to: output)
        let back = try #require(try frames(output).first)
        #expect(difference(back.pixels, picture).mean.max() ?? 9 <= 4)
    }

    @Test(arguments: [
        ("libx264", "yuv420p10le", "mp4"), ("libx265", "yuv420p10le", "mkv"), ("ffv1", "yuv444p12le", "mkv"),
        ("prores_ks", "yuv422p10le", "mov"),
    ])
    func tenBitsComeOutWhenAskedFor(codec: String, format: String, kind: String) throws {
        let scratch = try Scratch()
        let (input, output) = (scratch.file("a.mkv"), scratch.file("b.\(kind)"))
        try ffmpeg("-f lavfi -i testsrc2=s=64x48:r=5:d=1 -c:v ffv1 -pix_fmt yuv422p10le \(input)")
        var options = SinkOptions()
        (options.codec, options.pixelFormat) = (codec, format)
        #expect(try copy(input, to: output, sink: options) == 5)
        #expect(try entries(output, "pix_fmt") == [format])
        let (before, after) = (try frames(input), try frames(output))
        #expect(difference(before[2].pixels, after[2].pixels).mean.max() ?? 99 < 8)
    }

    /// Values of grey stay what they are, whatever their depth and range.
    @Test(arguments: ["gray", "gray10le", "gray16le", "ya8"]) func greyStaysGrey(format: String) throws {
        let scratch = try Scratch()
        let (input, output) = (scratch.file("a.mkv"), scratch.file("b.mkv"))
        let kind = format == "ya8" || format == "gray16le" ? "png" : "ffv1"
        try ffmpeg("-f lavfi -i testsrc2=s=64x48:r=5:d=0.4 -vf format=\(format) -c:v \(kind) \(input)")
        let reference = scratch.file("c.rgb")
        try ffmpeg("-i \(input) -pix_fmt gray -f rawvideo \(reference)")
        let expected = [UInt8](try Data(contentsOf: URL(fileURLWithPath: reference)))
        let first = try #require(try frames(input).first)
        var worst = 0
        for y in 0..<48 {
            for x in 0..<64 {
                for c in 0..<3 { worst = max(worst, abs(Int(first.pixels.row(y)[3 * x + c]) - Int(expected[y * 64 + x]))) }
            }
        }
        #expect(worst <= 1)
        var options = SinkOptions()
        (options.codec, options.pixelFormat) = ("ffv1", "gray")
        #expect(try copy(input, to: output, sink: options) == 2)
        #expect(try entries(output, "pix_fmt") == ["gray"])
    }

    /// A palette's colours are exact, and its transparent entry is transparent.
    @Test func palettesComeAsColours() throws {
        let scratch = try Scratch()
        let (still, picture, gif) = (scratch.file("a.png"), scratch.file("b.png"), scratch.file("c.gif"))
        try ffmpeg("-f lavfi -i testsrc2=s=32x32 -frames:v 1 -pix_fmt pal8 -update 1 \(still)")
        #expect(try entries(still, "pix_fmt") == ["pal8"])
        let reference = scratch.file("a.rgb")
        try ffmpeg("-i \(still) -pix_fmt rgb24 -f rawvideo \(reference)")
        let expected = [UInt8](try Data(contentsOf: URL(fileURLWithPath: reference)))
        let frame = try #require(try frames(still).first)
        #expect((0..<32).allSatisfy { y in (0..<96).allSatisfy { frame.pixels.row(y)[$0] == expected[y * 96 + $0] } })
        try copy(still, to: picture)
        #expect(difference(try #require(try frames(picture).first).pixels, frame.pixels).mean.max() == 0)
        try ffmpeg(
            "-f lavfi -i color=red:s=32x32:r=25:d=0.04,format=rgba,geq=r=255:g=0:b=0:a=255*lt(X\\,16),split[a][b];[a]palettegen[p];[b][p]paletteuse -frames:v 1 \(gif)")
        let clear = try #require(try frames(gif).first?.alpha)
        #expect(clear.bytes[3] == 255 && clear.bytes[30] == 0)
    }

    /// Moving pictures keep their transparency where codec and container have a place for it.
    @Test(arguments: [
        ("ffv1", "mkv", "bgra"), ("qtrle", "mov", "argb"), ("png", "mov", "rgba"), ("prores_ks", "mov", "yuva444p10le"),
    ])
    func transparencyMoves(codec: String, kind: String, format: String) throws {
        let scratch = try Scratch()
        let (input, output) = (scratch.file("a.mov"), scratch.file("b.\(kind)"))
        try ffmpeg("-f lavfi -i color=red@0.5:s=64x48:r=5:d=0.6,format=rgba -c:v qtrle \(input)")
        var options = SinkOptions()
        options.codec = codec
        if codec == "prores_ks" { options.pixelFormat = format }
        let log = WarningLog()
        #expect(try copy(input, to: output, sink: options, warn: log.handler) == 3)
        #expect(log.all == [])
        #expect(try entries(output, "pix_fmt") == [codec == "prores_ks" ? "yuva444p12le" : format])
        let alpha = try #require(try frames(output).last?.alpha)
        #expect(abs(Int(alpha.bytes[1000]) - 127) <= 1)
    }

    @Test(arguments: ["mp4", "mkv", "mov", "avi", "nut", "ts"]) func theShapeOfPixelsIsKept(kind: String) throws {
        let scratch = try Scratch()
        let (input, output) = (scratch.file("a.mp4"), scratch.file("b.\(kind)"))
        try ffmpeg("-f lavfi -i testsrc2=s=72x48:r=5:d=0.4,setsar=16/15 -c:v libx264 \(input)")
        try copy(input, to: output)
        #expect(try entries(output, "sample_aspect_ratio").first == "16:15")
    }

    @Test func hlgBecomesTaggedSDR() throws {
        let scratch = try Scratch()
        let (input, output) = (scratch.file("a.mkv"), scratch.file("b.mkv"))
        try ffmpeg(
            "-f lavfi -i testsrc2=s=64x48:r=5:d=0.4 -vf format=yuv420p10le -c:v ffv1"
                + " -colorspace bt2020nc -color_primaries bt2020 -color_trc arib-std-b67 \(input)")
        let log = WarningLog()
        try copy(input, to: output, warn: log.handler)
        #expect(log.all == [.toneMapped(transfer: "HLG")])
        #expect(try entries(output, "color_space,color_transfer,color_primaries") == ["bt709,bt709,bt709"])
    }

    /// What cannot be converted rightly is refused, in place of colours that are wrong.
    @Test(arguments: ["ycgco", "bt2020c", "ictcp"]) func strangeMatricesAreRefused(matrix: String) throws {
        let scratch = try Scratch()
        let input = scratch.file("a.mkv")
        try ffmpeg("-f lavfi -i testsrc2=s=64x48:r=5:d=0.4 -vf format=yuv444p -c:v ffv1 -colorspace \(matrix) \(input)")
        #expect { try frames(input) } throws: { error in
            if case .unsupportedColour? = error as? MediaError { true } else { false }
        }
    }
}

/// Pictures that change their size on the way.
@Suite struct SizeChangeTests {
    /// 10 pictures of 64x48, then 10 of another size, in one elementary stream.
    private func joined(_ scratch: Scratch, _ second: String, filter: String, codec: String, kind: String) throws -> String {
        let parts = ["64x48", second].map { scratch.file("\($0).\(kind)") }
        for (part, size) in zip(parts, ["64x48", second]) {
            let sides = size.replacingOccurrences(of: "x", with: ":")
            try ffmpeg("-f lavfi -i testsrc2=s=64x48:r=50:d=0.4 -vf scale=\(sides)\(filter) \(codec) \(part)")
        }
        let path = scratch.file("both.\(kind)")
        try (Data(contentsOf: URL(fileURLWithPath: parts[0])) + Data(contentsOf: URL(fileURLWithPath: parts[1])))
            .write(to: URL(fileURLWithPath: path))
        return path
    }

    /// The deinterlacer holds one picture back, which is not lost where another begins.
    @Test(arguments: ["96x64", "32x32"]) func interlacedPicturesAreAllThere(second: String) throws {
        let scratch = try Scratch()
        let input = try joined(
            scratch, second, filter: ",interlace", codec: "-c:v libx264 -bf 0 -crf 10 -flags +ildct+ilme -x264opts tff=1",
            kind: "h264")
        let log = WarningLog()
        let smooth = try frames(input, warn: log.handler)
        #expect(log.all.contains(.deinterlacing("bwdif")) && log.all.contains(.sizeChange(from: "64x48", to: second)))
        var options = SourceOptions()
        options.deinterlace = .off
        let combed = try frames(input, options: options)
        #expect(combed.count == 20 && smooth.count == 20)
        #expect(smooth.allSatisfy { $0.pixels.width == 64 && $0.pixels.height == 48 })
        #expect(smooth.map(\.timestamp) == combed.map(\.timestamp))
        for (a, b) in zip(smooth, combed) { #expect(difference(a.pixels, b.pixels).mean.max() ?? 99 < 25) }
        let output = scratch.file("out.mp4")
        #expect(try copy(input, to: output) == 20)
        #expect(try probe(output, "v", stream: "width,height") == ["64,48"])
    }

    /// Numbered pictures need not be alike.
    @Test func picturesOfARowAreScaledToTheFirst() throws {
        let scratch = try Scratch()
        for (number, size) in ["64x48", "100x30", "64x48", "33x77"].enumerated() {
            try ffmpeg("-f lavfi -i testsrc2=s=\(size) -frames:v 1 -update 1 \(scratch.file("p\(number).png"))")
        }
        let log = WarningLog()
        let all = try frames(scratch.file("p%d.png"), warn: log.handler)
        #expect(all.count == 4 && all.allSatisfy { $0.pixels.width == 64 && $0.pixels.height == 48 })
        #expect(log.all == [.sizeChange(from: "64x48", to: "100x30")])
        #expect(difference(all[0].pixels, all[2].pixels).mean.max() == 0)
    }
}
