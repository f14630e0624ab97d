import Foundation
import Network
import Testing

@testable import Media

@Suite struct CopyTests {
    @Test func aLineThatAnotherHidesIsTold() throws {
        let scratch = try Scratch(), (words, input) = (scratch.file("a.srt"), scratch.file("a.mkv"))
        let times = "00:00:00,500 --> 00:00:01,500"
        try (1...3).map { "\($0)\n\(times)\nline \($0)\n\n" }.joined().write(toFile: words, atomically: true, encoding: .utf8)
        try ffmpeg("-f lavfi -i testsrc2=s=32x32:r=10:d=2 -i \(words) -c:v libx264 -c:s subrip \(input)")
        let log = WarningLog()
        try copy(input, to: scratch.file("b.mp4"), warn: log.handler)
        #expect(log.all.last == .linesHidden(stream: 1))
        #expect(!log.all.contains(.copiedTimestampsRepaired(stream: 1)))
    }

    /// An hour without a word: what is said after it is said then.
    @Test func linesFarApartStayWhereTheyAre() throws {
        let scratch = try Scratch(), (words, input, output) = (scratch.file("a.srt"), scratch.file("a.mkv"), scratch.file("b.mp4"))
        try "1\n00:00:10,000 --> 00:00:12,000\none\n\n2\n00:59:00,000 --> 00:59:02,000\nother\n\n".write(
            toFile: words, atomically: true, encoding: .utf8)
        try ffmpeg("-f lavfi -i testsrc2=s=32x32:r=1/60:d=3600 -i \(words) -c:v libx264 -c:s subrip \(input)")
        try copy(input, to: output)
        let back = scratch.file("back.srt")
        try ffmpeg("-i \(output) \(back)")
        #expect(try String(contentsOfFile: back, encoding: .utf8).contains("00:59:00,000 --> 00:59:02,000"))
    }

    /// One line that stays while others come: each begins when it is said.
    @Test(arguments: ["mp4", "mov"]) func linesThatOverlapBeginOnTime(kind: String) throws {
        let scratch = try Scratch(), (words, input, output) = (scratch.file("a.srt"), scratch.file("a.mkv"), scratch.file("b.\(kind)"))
        let lines = (0..<18).map { "\($0 + 1)\n00:00:0\($0 / 10),\($0 % 10)00 --> 00:00:0\(($0 + 2) / 10),\(($0 + 2) % 10)00\nline \($0)\n" }
        try lines.joined(separator: "\n").write(toFile: words, atomically: true, encoding: .utf8)
        try ffmpeg("-f lavfi -i testsrc2=s=32x32:r=10:d=2 -i \(words) -c:v libx264 -c:s subrip \(input)")
        try copy(input, to: output)
        let back = scratch.file("back.srt")
        try ffmpeg("-i \(output) \(back)")
        let text = try String(contentsOfFile: back, encoding: .utf8)
        for line in [1, 9, 17] {
            #expect(text.contains("00:00:0\(line / 10),\(line % 10)00 --> "), "\(text)")
        }
    }

    /// 2 s of moving picture with a tone, B-frames and a title.
    private func clip(_ scratch: Scratch) throws -> String {
        let path = scratch.file("clip.mp4")
        try ffmpeg(
            "-f lavfi -i testsrc2=s=320x180:r=25:d=2 -f lavfi -i sine=d=2 -c:v libx264 -preset veryfast -bf 2 -c:a aac"
                + " -metadata title=Boats -metadata:s:a:0 language=nor \(path)")
        return path
    }

    @Test func soundTimesAndTagsPassUntouched() throws {
        let scratch = try Scratch()
        let (input, output) = (try clip(scratch), scratch.file("out.mp4"))
        #expect(try copy(input, to: output) == 50)
        #expect(try countFrames(output) == 50)
        #expect(try probe(output, "v", packets: "pts_time").sorted() == probe(input, "v", packets: "pts_time").sorted())
        #expect(
            try probe(output, "a", packets: "pts_time,data_hash") == probe(input, "a", packets: "pts_time,data_hash"))
        #expect(try probe(output, "v", stream: "time_base,duration") == probe(input, "v", stream: "time_base,duration"))
        let tags = try shell(
            "ffprobe", ["-v", "quiet", "-show_entries", "format_tags=title:stream_tags=language", output])
        #expect(tags.contains("title=Boats") && tags.contains("language=nor"))
        #expect(scratch.names == ["clip.mp4", "out.mp4"])
    }

    /// Tags that QuickTime and MP4 have no old place for, and how a picture is to be put before the viewer.
    @Test func foreignTagsAndStereoAreKeptOrNamed() throws {
        let scratch = try Scratch(), input = scratch.file("in.mkv"), log = WarningLog()
        try ffmpeg("-f lavfi -i testsrc2=s=64x48:d=0.2 -metadata title=T -metadata lens=50 -metadata:s:v stereo_mode=left_right \(input)")
        for (name, warnings) in [("a.mov", []), ("a.mp4", [MediaWarning.tagsLeftOut(["LENS"], format: "mp4")])] {
            try copy(input, to: scratch.file(name), warn: log.handler)
            #expect(log.all == warnings)
            let said = try shell("ffprobe", ["-v", "quiet", "-show_format", "-show_streams", scratch.file(name)])
            #expect(said.lowercased().contains("tag:lens=50") == warnings.isEmpty && said.contains("title=T"))
            // FFmpeg's muxer has no place for it in QuickTime's files.
            #expect(said.contains("type=side by side") == (name == "a.mp4"))
        }
        try copy("file:" + input, to: "file:" + scratch.file("b.mkv"))
        #expect(throws: MediaError.sameFile("file:" + input)) { try copy(input, to: "file:" + input) }
        #expect(throws: MediaError.manyFiles(format: "hls")) { try copy(input, to: scratch.file("a.m3u8")) }
        #expect(scratch.names == ["a.mov", "a.mp4", "b.mkv", "in.mkv"])
    }

    @Test func closedCaptionsStayWithTheirPictures() throws {
        let scratch = try Scratch(), path = scratch.file("captions.mp4"), video = try FileSource(clip(scratch)).video
        let sink = try FileSink(path, video: video), pixels = PixelBuffer(width: video.width, height: video.height)
        let captions: [[UInt8]] = [[0xfc, 0x94, 0x2c], [], [0xfc, 0xc8, 0xe9, 0xfc, 0x80, 0x80]]
        for (index, bytes) in captions.enumerated() {
            var frame = VideoFrame(pixels: pixels, timestamp: Int64(512 * index), duration: 512)
            frame.captions = bytes
            try sink.write(.frame(frame))
        }
        try sink.finish()
        let source = try FileSource(path)
        var read: [[UInt8]] = []
        while case .frame(let frame)? = try source.next() { read.append(frame.captions) }
        #expect(read == captions)
    }

    /// Sound twice, a subtitle, chapters, a font and a cover.
    private func richClip(_ scratch: Scratch) throws -> String {
        let (chapters, words, font, cover) = (
            scratch.file("c.txt"), scratch.file("w.srt"), scratch.file("f.ttf"), scratch.file("cover.png")
        )
        let path = scratch.file("rich.mkv")
        try
            ";FFMETADATA1\ntitle=Boats\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=1000\ntitle=One\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=1000\nEND=2000\ntitle=Two\n"
            .write(toFile: chapters, atomically: true, encoding: .utf8)
        try "1\n00:00:00,200 --> 00:00:01,500\nHello\n\n2\n00:00:01,600 --> 00:00:01,900\nBye\n"
            .write(toFile: words, atomically: true, encoding: .utf8)
        try Data(repeating: 7, count: 300).write(to: URL(fileURLWithPath: font))
        try ffmpeg("-f lavfi -i color=red:s=16x16 -frames:v 1 -update 1 \(cover)")
        try ffmpeg(
            "-f lavfi -i testsrc2=s=64x48:r=25:d=2 -f lavfi -i sine=d=2 -f lavfi -i sine=f=880:d=2 -i \(words) -i \(chapters)"
                + " -map 1 -map 0 -map 2 -map 3 -map_metadata 4 -map_chapters 4 -c:v libx264 -c:a:0 aac -c:a:1 libopus -c:s srt"
                + " -metadata:s:s:0 language=ger -disposition:a:1 default"
                + " -attach \(font) -metadata:s:t:0 mimetype=application/x-truetype-font"
                + " -attach \(cover) -metadata:s:t:1 mimetype=image/png \(path)")
        return path
    }

    @Test func everythingElseGoesAlong() throws {
        let scratch = try Scratch()
        let (input, output) = (try richClip(scratch), scratch.file("out.mkv"))
        let log = WarningLog()
        #expect(try copy(input, to: output, warn: log.handler) == 50)
        #expect(log.all == [])
        func streams(_ path: String) throws -> String {
            try shell(
                "ffprobe",
                [
                    "-v", "quiet", "-show_entries",
                    "stream=index,codec_type,codec_name:stream_tags=language,filename,mimetype:disposition=default,attached_pic",
                    "-of", "csv", path,
                ])
        }
        #expect(try streams(output) == streams(input))
        for stream in ["0", "2", "3"] {
            func packets(_ path: String) throws -> [(time: Double, hash: Substring)] {
                try probe(path, stream, packets: "pts_time,data_hash").map { line in
                    let fields = line.split(separator: ",")
                    return (Double(fields[0]) ?? .nan, fields.count > 1 ? fields[1] : "with side data")
                }
            }
            let (before, after) = (try packets(input), try packets(output))
            #expect(before.map(\.hash) == after.map(\.hash))
            let worst = zip(before, after).map { abs($0.time - $1.time) }.max() ?? .nan
            #expect(worst < 0.0011, "stream \(stream) off by \(worst) s")
        }
        let chapters = ["-v", "quiet", "-show_chapters", "-show_entries", "format_tags=title", "-of", "csv"]
        #expect(try shell("ffprobe", chapters + [output]) == shell("ffprobe", chapters + [input]))
        let source = try FileSource(input)
        #expect(source.contents.streams.map(\.kind) == [.audio, .video, .audio, .subtitle, .attachment, .cover])
        #expect(source.contents.chapters == 2 && source.choice.video == 1)
    }

    /// What is said, and when, is the same in every container's form, and back.
    @Test(arguments: ["mp4", "webm"]) func wordsAreRewritten(kind: String) throws {
        let scratch = try Scratch()
        let (input, output, back) = (try richClip(scratch), scratch.file("out.\(kind)"), scratch.file("back.mkv"))
        let log = WarningLog()
        #expect(try copy(input, to: output, warn: log.handler) == 50)
        #expect(log.all.first == .subtitlesConverted(["stream 3, subtitle (subrip)"], format: kind))
        #expect(try copy(output, to: back) == 50)
        func words(_ path: String) throws -> String {
            try shell("ffmpeg", ["-v", "error", "-copyts", "-i", path, "-map", "0:s", "-f", "srt", "-"])
        }
        let said = try words(input)
        #expect(said.contains("Hello") && said.contains("Bye"))
        #expect(try words(output) == said && words(back) == said)
        let language = ["-v", "quiet", "-select_streams", "s", "-show_entries", "stream_tags=language", "-of", "csv=p=0"]
        #expect(try shell("ffprobe", language + [back]).hasPrefix("ger"))
    }

    /// Streams of MPEG take any bytes, and no player reads them.
    @Test func transportStreamsTakeNoWords() throws {
        let scratch = try Scratch(), log = WarningLog()
        #expect(try copy(try richClip(scratch), to: scratch.file("out.ts"), warn: log.handler) == 50)
        guard case .streamsLeftOut(let streams, "mpegts")? = log.all.first else { throw MediaError.interrupted }
        #expect(streams.prefix(2) == ["stream 3, subtitle (subrip)", "stream 4, attachment (ttf)"])
    }

    /// What it has no type for would be data that nobody hears.
    @Test(arguments: [("flac", false), ("pcm_s16le", false), ("ac3", true), ("libopus", true)])
    func transportStreamsTakeSoundThatTheyKnow(codec: String, fits: Bool) throws {
        let scratch = try Scratch(), (input, output, log) = (scratch.file("a.mkv"), scratch.file("a.ts"), WarningLog())
        try ffmpeg("-f lavfi -i testsrc2=s=64x48:r=10:d=0.5 -f lavfi -i sine=r=48000:d=0.5 -c:v libx264 -c:a \(codec) \(input)")
        try copy(input, to: output, warn: log.handler)
        #expect(log.all.isEmpty == fits, "\(log.all)")
        #expect(try probe(output, "a", stream: "codec_type").isEmpty != fits)
        #expect(try probe(output, "d", stream: "codec_type").isEmpty)
    }

    @Test(arguments: [("m2v", "mpeg2video"), ("vob", "mpeg2video"), ("mpg", "mpeg1video"), ("avi", "h264"), ("mxf", "h264"), ("h264", "h264")])
    func theEncoderIsOneThatTheNameStandsFor(kind: String, codec: String) throws {
        let scratch = try Scratch(), (input, output) = (scratch.file("a.mkv"), scratch.file("a.\(kind)"))
        // A standard rate, for MPEG-1 and 2 by another name.
        try ffmpeg("-f lavfi -i testsrc2=s=64x48:r=\(codec == "h264" ? "25" : "23.976"):d=0.5 \(input)")
        try copy(input, to: output)
        #expect(try probe(output, "v", stream: "codec_name").first?.hasPrefix(codec) == true)
    }

    @Test func whatDoesNotFitIsNamedOnce() throws {
        let scratch = try Scratch()
        let (input, output) = (try richClip(scratch), scratch.file("out.mp4"))
        let log = WarningLog()
        #expect(try copy(input, to: output, warn: log.handler) == 50)
        #expect(
            log.all == [
                .subtitlesConverted(["stream 3, subtitle (subrip)"], format: "mp4"),
                .streamsLeftOut(["stream 4, attachment (ttf)"], format: "mp4"),
            ])
        let text = try shell(
            "ffprobe",
            ["-v", "quiet", "-show_entries", "stream=codec_type:disposition=attached_pic", "-of", "csv=p=0", output])
        #expect(
            text.split(separator: "\n").map(String.init) == ["audio,0", "video,0", "audio,0", "video,1", "data,0"]
                || text.contains("video,1"))
        // Back from MP4's cover to Matroska's.
        #expect(try copy(output, to: scratch.file("back.mkv")) == 50)
        #expect(
            try shell("ffprobe", ["-v", "quiet", "-show_entries", "stream_tags=mimetype", scratch.file("back.mkv")])
                .contains("image/png"))
    }

    @Test func aStartCutsChaptersAndSubtitles() throws {
        let scratch = try Scratch()
        let (input, output) = (try richClip(scratch), scratch.file("out.mkv"))
        var options = SourceOptions()
        options.start = 0.8
        options.duration = 0.7
        // Matroska begins with the sound's priming, so that the pictures lie 21 ms later.
        #expect(try copy(input, to: output, source: options) == 17)
        let chapters = try shell(
            "ffprobe",
            ["-v", "quiet", "-show_chapters", "-show_entries", "chapter=start_time,end_time", "-of", "csv=p=0", output])
        #expect(
            chapters.split(separator: "\n").map { $0.split(separator: ",").prefix(2).compactMap { Double($0) } } == [
                [0, 0.2], [0.2, 0.7],
            ])
        let words = try probe(output, "s", packets: "pts_time,duration_time")
        #expect(words.count == 1)
        let times = (words.first ?? "").split(separator: ",").compactMap { Double($0) }
        #expect(times.count == 2 && abs(times[0]) < 0.03 && abs(times[1] - 0.7) < 0.002)
        options.start = nil
        try copy(input, to: output, source: options)
        let end = try probe(output, "s", packets: "pts_time,duration_time").first?.split(separator: ",").compactMap { Double($0) }
        #expect(abs((end ?? []).reduce(0, +) - 0.7) < 0.03, "\(end ?? [])")
    }

    /// Without times in the container the encoder states the rate.
    @Test func aBareStreamStatesTheRate() throws {
        let scratch = try Scratch()
        try copy(try richClip(scratch), to: scratch.file("a.h264"))
        #expect(try probe(scratch.file("a.h264"), "v", stream: "r_frame_rate").first == "25/1")
    }

    @Test func aLinkIsWrittenThroughAlsoToNothing() throws {
        let scratch = try Scratch()
        try FileManager.default.createSymbolicLink(atPath: scratch.file("link.mp4"), withDestinationPath: "target.mp4")
        for _ in 1...2 { try copy(try clip(scratch), to: scratch.file("link.mp4")) }
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: scratch.file("link.mp4")) == "target.mp4")
        #expect(try countFrames(scratch.file("target.mp4")) == 50)
    }

    @Test(arguments: ["mp4", "mov", "mkv", "webm", "ts", "avi", "nut", "ogv", "3gp"])
    func everyContainerGetsAPlayableFile(kind: String) throws {
        let scratch = try Scratch()
        let (input, output) = (try clip(scratch), scratch.file("out.\(kind)"))
        let log = WarningLog()
        #expect(try copy(input, to: output, warn: log.handler) == 50)
        #expect(try countFrames(output) == 50)
        let holdsAAC = !["webm", "ogv"].contains(kind)
        let leftOut = log.all.contains { if case .streamsLeftOut = $0 { true } else { false } }
        #expect(leftOut == !holdsAAC)
        if holdsAAC, kind != "ts" {
            #expect(try probe(output, "a", packets: "data_hash") == probe(input, "a", packets: "data_hash"))
        }
    }

    @Test(arguments: ["libx264", "libx265", "libsvtav1", "libvpx-vp9", "mpeg4", "ffv1", "prores_ks", "mjpeg"])
    func everyEncoderKeepsFramesAndTimes(codec: String) throws {
        let scratch = try Scratch()
        let (input, output) = (scratch.file("in.mkv"), scratch.file("out.mkv"))
        try ffmpeg("-f lavfi -i testsrc2=s=128x96:r=30000/1001:d=0.7 -c:v libx264 -preset ultrafast \(input)")
        var options = SinkOptions()
        options.codec = codec
        if codec == "libsvtav1" { options.preset = "10" }
        if codec == "libvpx-vp9" { options.codecOptions["cpu-used"] = "8" }
        let log = WarningLog()
        let count = try copy(input, to: output, sink: options, warn: log.handler)
        #expect(log.all == [])
        #expect(try countFrames(output) == count)
        #expect(try probe(output, "v", packets: "pts_time").sorted() == probe(input, "v", packets: "pts_time").sorted())
        let (before, after) = (try frames(input), try frames(output))
        #expect(difference(before[10].pixels, after[10].pixels).mean.max() ?? 99 < 8)
    }
}
