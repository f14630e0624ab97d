import Foundation
import Network
import Synchronization
import Testing

@testable import Media

/// Bytes of `count` raw frames that differ from each other.
private func rawFrames(_ count: Int, bytes: Int) -> Data {
    var data = Data(capacity: count * bytes)
    for frame in 0..<count { for i in 0..<bytes { data.append(UInt8(truncatingIfNeeded: i &* 7 &+ frame &* 31)) } }
    return data
}

/// A source that reads from a pipe, and the pipe's other end.
private func rawSource(_ format: String = "rgb24") -> (Pipe, String, SourceOptions) {
    let pipe = Pipe()
    var options = SourceOptions()
    options.format = "rawvideo"
    options.size = RequestedSize(width: 16, height: 12)
    options.pixelFormat = format
    options.rate = Rational(30, 1)
    return (pipe, "pipe:\(pipe.fileHandleForReading.fileDescriptor)", options)
}

/// A pipe into which all of `data` is written, as fast as it is read.
private func fed(_ data: Data) -> Pipe {
    let pipe = Pipe()
    let writing = Thread {
        try? pipe.fileHandleForWriting.write(contentsOf: data)
        try? pipe.fileHandleForWriting.close()
    }
    writing.start()
    return pipe
}

private let y4mHeader = Data("YUV4MPEG2 W16 H12 F30:1 Ip A4:3 C444 XCOLORRANGE=FULL\n".utf8)

/// Every test keeps its pipe to the end: a descriptor closed too early may be another test's the next moment.
@Suite(.serialized) struct PipeTests {
    @Test(.timeLimit(.minutes(4))) func firstRawFrameComesBeforeTheSecondIsWritten() throws {
        let (pipe, path, options) = rawSource()
        defer { withExtendedLifetime(pipe) {} }
        let frames = rawFrames(2, bytes: 16 * 12 * 3)
        pipe.fileHandleForWriting.write(frames.prefix(576))
        let source = try FileSource(path, options: options)
        guard case .frame(let first) = try source.next() else { throw ShellError(text: "no frame") }
        #expect(first.pixels.row(0)[1] == 7 && first.timestamp == 0)
        pipe.fileHandleForWriting.write(frames.suffix(576))
        guard case .frame(let second) = try source.next() else { throw ShellError(text: "no second frame") }
        #expect(second.timestamp == 1 && second.pixels.row(0)[0] == 31)
        try pipe.fileHandleForWriting.close()
        #expect(try source.next() == nil)
    }

    @Test(.timeLimit(.minutes(4))) func firstY4MFrameComesBeforeTheSecondIsWritten() throws {
        let pipe = Pipe()
        defer { withExtendedLifetime(pipe) {} }
        pipe.fileHandleForWriting.write(y4mHeader + Data("FRAME\n".utf8) + Data(repeating: 128, count: 576))
        let source = try FileSource("pipe:\(pipe.fileHandleForReading.fileDescriptor)")
        guard case .frame(let first) = try source.next() else { throw ShellError(text: "no frame") }
        #expect(first.pixels.row(3)[6] == 128)
        #expect(source.video.sampleAspect == Rational(4, 3) && source.video.color.fullRange)
        try pipe.fileHandleForWriting.close()
        #expect(try source.next() == nil)
    }

    @Test(.timeLimit(.minutes(4)), arguments: ["rawvideo", "yuv4mpegpipe"])
    func partialLastFrameIsDroppedWithAWarning(format: String) throws {
        let pipe = Pipe()
        defer { withExtendedLifetime(pipe) {} }
        let frame = Data(repeating: 90, count: 576)
        var options = SourceOptions()
        if format == "rawvideo" {
            (_, _, options) = rawSource()
            pipe.fileHandleForWriting.write(frame + frame + frame.prefix(100))
        } else {
            let mark = Data("FRAME\n".utf8)
            pipe.fileHandleForWriting.write(y4mHeader + mark + frame + mark + frame + mark + frame.prefix(100))
        }
        try pipe.fileHandleForWriting.close()
        let log = WarningLog()
        let source = try FileSource(
            "pipe:\(pipe.fileHandleForReading.fileDescriptor)", options: options, warn: log.handler)
        var count = 0
        while try source.next() != nil { count += 1 }
        #expect(count == 2)
        #expect(log.all == [.partialLastFrame])
    }

    @Test(.timeLimit(.minutes(4))) func aWholeStreamEndsWithoutWarning() throws {
        let (pipe, path, options) = rawSource()
        defer { withExtendedLifetime(pipe) {} }
        pipe.fileHandleForWriting.write(rawFrames(3, bytes: 576))
        try pipe.fileHandleForWriting.close()
        let log = WarningLog()
        let source = try FileSource(path, options: options, warn: log.handler)
        while try source.next() != nil {}
        #expect(log.all == [])
    }

    @Test func y4mKeepsAspectRangeAndFields() throws {
        let scratch = try Scratch()
        let (input, output) = (scratch.file("a.y4m"), scratch.file("b.y4m"))
        let header = "YUV4MPEG2 W16 H12 F30:1 It A4:3 C444 XCOLORRANGE=FULL\n"
        let pixels = Data((0..<576).map { UInt8(100 + $0 % 50) })
        try (Data(header.utf8) + Data("FRAME\n".utf8) + pixels).write(to: URL(fileURLWithPath: input))
        var source = SourceOptions()
        source.deinterlace = .off
        var sink = SinkOptions()
        sink.pixelFormat = "yuv444p"
        try copy(input, to: output, source: source, sink: sink)
        let written = try Data(contentsOf: URL(fileURLWithPath: output))
        let line = String(decoding: written.prefix { $0 != 10 }, as: UTF8.self)
        for word in header.split(separator: " ") {
            #expect(line.contains(word.trimmingCharacters(in: .newlines)), "\(line)")
        }
        for (a, b) in zip(pixels, written.suffix(576)) { #expect(abs(Int(a) - Int(b)) <= 2) }
    }

    @Test(.timeLimit(.minutes(4)), arguments: ["matroska", "mpegts", "nut", "flv"]) func streamsThroughAPipeLoseNothing(
        format: String
    ) throws {
        let scratch = try Scratch()
        let clip = scratch.file("a.bin")
        try ffmpeg(
            "-f lavfi -i testsrc2=s=320x240:r=25:d=2 -f lavfi -i sine=d=2 -c:v libx264 -g 100 -c:a aac -f \(format) \(clip)"
        )
        let pipe = fed(try Data(contentsOf: URL(fileURLWithPath: clip)))
        defer { withExtendedLifetime(pipe) {} }
        let log = WarningLog()
        let piped = try frames("pipe:\(pipe.fileHandleForReading.fileDescriptor)", warn: log.handler)
        let read = try frames(clip)
        #expect(piped.count == 50 && log.all == [])
        #expect(piped.map(\.timestamp) == read.map(\.timestamp))
        for (a, b) in zip(piped, read) { #expect(difference(a.pixels, b.pixels).mean.max() == 0) }
    }

    /// MP4 with its index at the end cannot be read from a pipe.
    @Test(.timeLimit(.minutes(4)), arguments: [false, true]) func mp4FromAPipeNeedsItsIndexFirst(faststart: Bool) throws
    {
        let scratch = try Scratch()
        let clip = scratch.file("a.mp4")
        try ffmpeg("-f lavfi -i testsrc2=s=320x240:r=25:d=2 -crf 5 \(faststart ? "-movflags faststart " : "")\(clip)")
        let pipe = fed(try Data(contentsOf: URL(fileURLWithPath: clip)))
        defer { withExtendedLifetime(pipe) {} }
        let path = "pipe:\(pipe.fileHandleForReading.fileDescriptor)"
        if faststart {
            let log = WarningLog()
            #expect(try frames(path, warn: log.handler).count == 50, "\(log.all)")
        } else {
            #expect(throws: MediaError.indexAtEnd(path)) { try FileSource(path) }
        }
    }

    @Test(.timeLimit(.minutes(4))) func interruptEndsAWaitForData() throws {
        let (pipe, path, options) = rawSource()
        defer { withExtendedLifetime(pipe) {} }
        pipe.fileHandleForWriting.write(rawFrames(1, bytes: 576))
        let source = try FileSource(path, options: options)
        _ = try source.next()
        DispatchQueue.global().asyncAfter(deadline: .now() + 0.2) { source.interrupt() }
        #expect(throws: MediaError.interrupted) { try source.next() }
    }

    @Test(arguments: ["rgb24", "bgr24", "rgba", "bgra", "gray", "yuv420p", "nv12", "yuv444p", "yuv422p"])
    func rawFormatsAgreeWithFFmpeg(format: String) throws {
        let scratch = try Scratch()
        let (raw, reference) = (scratch.file("in.raw"), scratch.file("out.raw"))
        try ffmpeg("-f lavfi -i testsrc2=s=64x48:r=5:d=1 -pix_fmt \(format) -f rawvideo \(raw)")
        // Chroma lies left, as the standards have it; ffmpeg's own default is the centre.
        let position =
            ["yuv420p", "nv12", "yuv422p"].contains(format)
            ? ":in_h_chr_pos=0" + (format == "yuv422p" ? "" : ":in_v_chr_pos=128") : ""
        try ffmpeg(
            "-f rawvideo -video_size 64x48 -pix_fmt \(format) -i \(raw)"
                + " -vf scale=flags=bicubic+accurate_rnd+full_chroma_int+full_chroma_inp\(position) -pix_fmt rgb24 -f rawvideo \(reference)"
        )
        var options = SourceOptions()
        options.format = "rawvideo"
        options.size = RequestedSize(width: 64, height: 48)
        options.pixelFormat = format
        let source = try FileSource(raw, options: options)
        let expected = [UInt8](try Data(contentsOf: URL(fileURLWithPath: reference)))
        var (count, off) = (0, 0)
        while case .frame(let frame) = try source.next() {
            for y in 0..<48 {
                for x in 0..<192 { off += abs(Int(frame.pixels.row(y)[x]) - Int(expected[(count * 48 + y) * 192 + x])) }
            }
            count += 1
        }
        #expect(count == 5)
        #expect(Double(off) / Double(5 * 48 * 192) < 0.02, "\(format): off by \(Double(off) / Double(5 * 48 * 192))")
    }

    @Test func rawWithoutASizeIsRefused() throws {
        var options = SourceOptions()
        options.format = "rawvideo"
        #expect(throws: MediaError.rawSizeNeeded) { try FileSource("-", options: options) }
        options.size = RequestedSize(width: 64, height: -1)
        #expect(throws: MediaError.rawSizeNeeded) { try FileSource("-", options: options) }
    }

    @Test(.timeLimit(.minutes(4)), arguments: ["matroska", "nut", "mpegts", "yuv4mpegpipe", "rawvideo", "mp4"])
    func outputStreamsThroughAPipe(format: String) throws {
        let scratch = try Scratch()
        let pipe = Pipe()
        defer { withExtendedLifetime(pipe) {} }
        var options = SinkOptions()
        options.format = format
        options.preset = format == "rawvideo" || format == "yuv4mpegpipe" ? nil : "ultrafast"
        if format == "mp4" { options.formatOptions["movflags"] = "frag_keyframe+empty_moov" }
        let video = VideoFormat(width: 64, height: 48, timeBase: Rational(1, 25), frameRate: Rational(25, 1))
        let sink = try FileSink("pipe:\(pipe.fileHandleForWriting.fileDescriptor)", video: video, options: options)
        let path = scratch.file("out.bin")
        let isRead = DispatchSemaphore(value: 0)
        let reading = Thread {
            try? readAll(pipe).write(to: URL(fileURLWithPath: path))
            isRead.signal()
        }
        reading.start()
        for i in 0..<10 {
            try sink.write(
                .frame(VideoFrame(pixels: gradient(width: 64, height: 48), timestamp: Int64(i), duration: 1)))
        }
        try sink.finish()
        try pipe.fileHandleForWriting.close()
        isRead.wait()
        if format == "rawvideo" {
            #expect(try Data(contentsOf: URL(fileURLWithPath: path)).count == 10 * 64 * 48 * 3)
        } else {
            #expect(try countFrames(path) == 10)
        }
    }

    @Test func plainMP4OnAPipeIsRefused() throws {
        var options = SinkOptions()
        options.format = "mp4"
        let video = VideoFormat(width: 64, height: 48, timeBase: Rational(1, 25), frameRate: nil)
        #expect(throws: MediaError.notStreamable(format: "mp4")) { try FileSink("-", video: video, options: options) }
        let scratch = try Scratch(), pipe = scratch.file("named.mp4")
        #expect(mkfifo(pipe, 0o600) == 0)
        #expect(throws: MediaError.notStreamable(format: "mp4")) { try FileSink(pipe, video: video, options: options) }
    }

    @Test(.timeLimit(.minutes(4))) func aReaderThatGoesAwayIsAnError() throws {
        let pipe = Pipe()
        defer { withExtendedLifetime(pipe) {} }
        var options = SinkOptions()
        options.format = "rawvideo"
        let video = VideoFormat(width: 64, height: 48, timeBase: Rational(1, 25), frameRate: nil)
        let sink = try FileSink("pipe:\(pipe.fileHandleForWriting.fileDescriptor)", video: video, options: options)
        try pipe.fileHandleForReading.close()
        #expect(throws: MediaError.readerGone) {
            for i in 0..<10 {
                try sink.write(
                    .frame(VideoFrame(pixels: gradient(width: 64, height: 48), timestamp: Int64(i), duration: 1)))
            }
        }
    }
}
