import CFFmpeg
import Foundation
import Network
import Testing

@testable import Media

@Suite struct FaultTests {
    private let video = VideoFormat(width: 64, height: 48, timeBase: Rational(1, 25), frameRate: Rational(25, 1))

    private func frame(_ time: Int64) -> MediaItem {
        .frame(VideoFrame(pixels: gradient(width: 64, height: 48), timestamp: time, duration: 1))
    }

    @Test func unreadableInputsAreNamed() throws {
        let scratch = try Scratch()
        let (text, empty, sound) = (scratch.file("a.txt.mp4"), scratch.file("e.mp4"), scratch.file("s.m4a"))
        try Data((0..<5000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 3) }).write(
            to: URL(fileURLWithPath: text))
        try Data().write(to: URL(fileURLWithPath: empty))
        try ffmpeg("-f lavfi -i sine=d=1 -c:a aac \(sound)")
        #expect(throws: MediaError.missingFile(scratch.file("no.mp4"))) { try FileSource(scratch.file("no.mp4")) }
        #expect(throws: MediaError.isDirectory(scratch.path)) { try FileSource(scratch.path) }
        #expect(throws: MediaError.notMedia(text)) { try FileSource(text) }
        // FFmpeg's readers say "busy" and "not permitted" of contents too.
        let (headless, broken) = (scratch.file("h.y4m"), FFmpegStatus(-1))
        try Data("YUV4MPEG2 W0 H64 F10:1\nFRAME\n".utf8).write(to: URL(fileURLWithPath: headless))
        #expect(throws: MediaError.notMedia(headless)) { try FileSource(headless) }
        #expect(broken.reading(text, action: "analysing") == .notMedia(text))
        #expect(throws: MediaError.emptyInput(empty)) { try FileSource(empty) }
        #expect(throws: MediaError.noVideo(sound)) { try FileSource(sound) }
    }

    @Test func cutShortFilesAreNamedOrReadAsFarAsTheyGo() throws {
        let scratch = try Scratch()
        let (whole, headless, short) = (scratch.file("a.mp4"), scratch.file("b.mp4"), scratch.file("c.mkv"))
        try ffmpeg("-f lavfi -i testsrc2=s=320x240:r=25:d=2 -c:v libx264 -bf 0 \(whole)")
        let bytes = try Data(contentsOf: URL(fileURLWithPath: whole))
        try bytes.prefix(bytes.count / 2).write(to: URL(fileURLWithPath: headless))
        #expect(throws: MediaError.truncated(headless)) { try FileSource(headless) }
        let matroska = scratch.file("d.mkv")
        try ffmpeg("-i \(whole) -c copy \(matroska)")
        let blocks = try Data(contentsOf: URL(fileURLWithPath: matroska))
        try blocks.prefix(blocks.count / 2).write(to: URL(fileURLWithPath: short))
        let count = try copy(short, to: scratch.file("e.mp4"))
        #expect(count > 10 && count < 50)
    }

    @Test func damageIsCountedAndLimited() throws {
        let scratch = try Scratch()
        let (whole, damaged) = (scratch.file("a.mkv"), scratch.file("b.mkv"))
        try ffmpeg("-f lavfi -i testsrc2=s=320x240:r=25:d=2 -c:v libx264 -g 10 -bf 0 \(whole)")
        var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: whole)))
        for i in stride(from: bytes.count / 4, to: bytes.count * 3 / 4, by: 700) {
            for k in 0..<40 { bytes[i + k] ^= 0x5A }
        }
        try Data(bytes).write(to: URL(fileURLWithPath: damaged))
        let log = WarningLog()
        let count = try frames(damaged, warn: log.handler).count
        #expect(count > 25)
        #expect(log.all.contains(.corruptData(stream: 0)))
        let total = log.all.compactMap { if case .decodeErrors(let count) = $0 { count } else { nil } }.first ?? 0
        #expect(total > 3)
        var options = SourceOptions()
        options.maxErrors = 2
        #expect(throws: MediaError.tooManyErrors(damaged, count: 3, limit: 2)) { try frames(damaged, options: options) }
        options.maxErrors = total
        #expect(try frames(damaged, options: options).count == count)
    }

    @Test func nothingOutsideIsReached() throws {
        let scratch = try Scratch()
        let (clip, list, sequence) = (scratch.file("a.ts"), scratch.file("l.m3u8"), scratch.file("c.txt"))
        try ffmpeg("-f lavfi -i testsrc2=s=64x48:r=25:d=1 \(clip)")
        try "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:1,\n\(clip)\n#EXT-X-ENDLIST\n".write(
            toFile: list, atomically: true, encoding: .utf8)
        try "ffconcat version 1.0\nfile a.ts\n".write(toFile: sequence, atomically: true, encoding: .utf8)
        #expect(throws: MediaError.playlist(list, format: "hls")) { try FileSource(list) }
        #expect(throws: MediaError.playlist(sequence, format: "concat")) { try FileSource(sequence) }
        for url in ["http://localhost:1/a.mp4", "rtsp://localhost/x", "tcp://127.0.0.1:1"] {
            #expect(throws: MediaError.networkNotAllowed(url)) { try FileSource(url) }
        }
        // A colon makes no protocol: this is a file that does not exist.
        #expect(throws: MediaError.missingFile("concat:\(clip)")) { try FileSource("concat:\(clip)") }
        #expect(throws: MediaError.missingFile("subfile,,start,0,end,9,,:\(clip)")) {
            try FileSource("subfile,,start,0,end,9,,:\(clip)")
        }
        let colon = scratch.file("with:colon.ts")
        try FileManager.default.copyItem(atPath: clip, toPath: colon)
        #expect(try frames(colon).count == 25)
    }

    @Test func hugeSizesTakeNoMemory() throws {
        let scratch = try Scratch()
        let path = scratch.file("a.y4m")
        try "YUV4MPEG2 W60000 H60000 F25:1 C420\nFRAME\nabc".write(toFile: path, atomically: true, encoding: .utf8)
        #expect(throws: MediaError.self) { try FileSource(path) }
        // FFmpeg would take this one and look for the rest of the frame.
        let large = scratch.file("b.y4m")
        try "YUV4MPEG2 W12000 H12000 F25:1 C420\nFRAME\nabc".write(toFile: large, atomically: true, encoding: .utf8)
        #expect { try FileSource(large) } throws: { ($0 as? MediaError).map { $0 != .noFrames(large) } ?? false }
        var options = SourceOptions()
        options.format = "rawvideo"
        options.size = RequestedSize(width: 2_000_000_000, height: 2_000_000_000)
        #expect(throws: MediaError.self) { try FileSource(path, options: options) }
    }

    @Test func wrongNamesAreNamed() throws {
        let scratch = try Scratch()
        let clip = scratch.file("a.mp4")
        try ffmpeg("-f lavfi -i testsrc2=s=64x48:r=25:d=1 \(clip)")
        var source = SourceOptions()
        source.format = "nonsense"
        #expect(throws: MediaError.unknownInputFormat("nonsense")) { try FileSource(clip, options: source) }
        source = SourceOptions()
        source.stream = 3
        #expect(throws: MediaError.noSuchStream(clip, index: 3)) { try FileSource(clip, options: source) }
        source = SourceOptions()
        source.demuxerOptions = ["no_such_option": "1"]
        #expect(throws: MediaError.self) { try FileSource(clip, options: source) }
        var sink = SinkOptions()
        #expect(throws: MediaError.unknownContainer(scratch.file("a.xyz"))) {
            try FileSink(scratch.file("a.xyz"), video: video)
        }
        sink.codec = "libx999"
        #expect(throws: MediaError.noEncoder("libx999")) {
            try FileSink(scratch.file("b.mp4"), video: video, options: sink)
        }
        sink = SinkOptions()
        sink.codec = "libx264"
        #expect(throws: MediaError.codecNotInContainer(codec: "libx264", format: "webm")) {
            try FileSink(scratch.file("b.webm"), video: video, options: sink)
        }
        sink = SinkOptions()
        sink.pixelFormat = "rgb24"
        #expect(throws: MediaError.self) { try FileSink(scratch.file("b.mp4"), video: video, options: sink) }
        sink = SinkOptions()
        sink.preset = "warp9"
        #expect(throws: MediaError.optionRefused("preset", value: "warp9", by: "libx264", accepted: EncoderQuality.presets)) {
            try FileSink(scratch.file("b.mp4"), video: video, options: sink)
        }
        sink = SinkOptions()
        sink.codecOptions = ["no_such_option": "1"]
        #expect(throws: MediaError.optionRefused("no_such_option", value: "1", by: "libx264")) {
            try FileSink(scratch.file("b.mp4"), video: video, options: sink)
        }
        // Refused after the streams were made: everything is let go of once.
        sink = SinkOptions()
        sink.formatOptions = ["no_such_option": "1"]
        #expect(throws: MediaError.optionRefused("no_such_option", value: "1", by: "mp4")) {
            try FileSink(scratch.file("b.mp4"), video: video, options: sink)
        }
        sink.formatOptions = ["movflags": "nope"]
        #expect(throws: MediaError.optionRefused("movflags", value: "nope", by: "mp4")) {
            try FileSink(scratch.file("b.mp4"), video: video, options: sink)
        }
        // Whoever reads YUV4MPEG2 goes by the rate at its head.
        let unpaced = VideoFormat(width: 16, height: 16, timeBase: Rational(1, 1000), frameRate: nil)
        #expect(throws: MediaError.rateNeeded(codec: "yuv4mpegpipe")) { try FileSink(scratch.file("b.y4m"), video: unpaced) }
        #expect(throws: MediaError.sameFile(scratch.path + "/./a.mp4")) {
            try FileSink(scratch.path + "/./a.mp4", video: video, copying: FileSource(clip))
        }
        #expect(scratch.names == ["a.mp4"])
    }

    @Test func unwritableOutputsAreNamed() throws {
        let scratch = try Scratch()
        #expect(throws: MediaError.self) { try FileSink(scratch.file("no/such/folder/b.mp4"), video: video) }
        try FileManager.default.createDirectory(atPath: scratch.file("d.mp4"), withIntermediateDirectories: false)
        #expect(throws: MediaError.isDirectory(scratch.file("d.mp4"))) {
            try FileSink(scratch.file("d.mp4"), video: video)
        }
        #expect(throws: MediaError.self) { try FileSink("/proc/b.mp4", video: video) }
    }

    @Test func aFullDiskIsNamed() throws {
        var options = SinkOptions()
        options.format = "matroska"
        #expect(throws: MediaError.diskFull("/dev/full")) {
            let sink = try FileSink("/dev/full", video: video, options: options)
            for i in 0..<200 { try sink.write(frame(Int64(i))) }
            try sink.finish()
        }
    }

    @Test func theOldFileSurvivesUntilTheNewOneIsWhole() throws {
        let scratch = try Scratch()
        let path = scratch.file("a.mp4")
        try "precious".write(toFile: path, atomically: true, encoding: .utf8)
        let sink = try FileSink(path, video: video)
        for i in 0..<30 { try sink.write(frame(Int64(i))) }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "precious")
        #expect(scratch.names.count == 2)
        sink.discard()
        sink.discard()
        #expect(scratch.names == ["a.mp4"])
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "precious")
        do {
            let dropped = try FileSink(path, video: video)
            try dropped.write(frame(0))
        }
        #expect(scratch.names == ["a.mp4"])
        #expect(throws: MediaError.wrongFrameSize(expected: "64x48", got: "8x8")) {
            try FileSink(path, video: video).write(
                .frame(VideoFrame(pixels: PixelBuffer(width: 8, height: 8), timestamp: 0, duration: 1)))
        }
        #expect(scratch.names == ["a.mp4"])
        let good = try FileSink(path, video: video)
        for i in 0..<3 { try good.write(frame(Int64(i))) }
        try good.finish()
        try good.finish()
        #expect(scratch.names == ["a.mp4"])
        #expect(try countFrames(path) == 3)
    }

    @Test func withoutAFrameThereIsNoFile() throws {
        let scratch = try Scratch()
        let path = scratch.file("a.mp4")
        #expect(throws: MediaError.nothingWritten(path)) { try FileSink(path, video: video).finish() }
        #expect(scratch.names == [])
    }

    /// Names made of others fit into 255 bytes, and differ where those do.
    @Test func longNamesAreShortenedApart() {
        let names = ["1", "2"].map { String(repeating: "ä", count: 110) + $0 + ".mp4" }
        let short = names.map(\.shortened)
        #expect(short[0] != short[1] && short.allSatisfy { $0.utf8.count <= 120 && $0.hasPrefix("ääää") })
        #expect("clip.mp4".shortened == "clip.mp4")
    }

    @Test func messagesAreOneLine() {
        let errors: [MediaError] = [
            .missingFile("a"), .truncated("a"), .encrypted("a"), .notStreamable(format: "mp4"), .diskFull("a"),
            .readerGone,
            .pixelFormatRefused("rgb24", codec: "x", accepted: ["a", "b"]), .badTimeRange(start: 1, duration: 2),
        ]
        for error in errors { #expect(!error.description.contains("\n") && error.description.count < 160) }
    }
}
