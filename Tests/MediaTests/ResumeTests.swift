import AllocationCounter
import CFFmpeg
import Foundation
import Testing

@testable import Media
@testable import Network

@Suite struct ResumeTests {
    private let job = [(name: "input", value: "a"), (name: "style", value: "b")]

    /// 46 frames at an uneven pace with sound, and B-frames where the codec of the output has them.
    private func clip(_ scratch: Scratch) throws -> String {
        let path = scratch.file("in.mkv")
        try ffmpeg(
            "-f lavfi -i testsrc2=s=64x48:r=30:d=3 -f lavfi -i sine=d=3 -vf select=not(mod(n\\,2))+not(mod(n\\,45))"
                + " -vsync vfr -c:v libx264 -c:a aac \(path)")
        return path
    }

    /// Copies `input` in parts of 10 frames. `atFrame` is called before each frame is written, and may change it.
    private func copyInParts(
        _ input: String, to output: String, codec: String, threads: Int = 2, atFrame: (Int, VideoFrame) throws -> VideoFrame = { $1 }
    ) throws -> SegmentFolder {
        let source = try FileSource(input)
        let segments = try SegmentFolder(beside: output, job: job, length: 10, threads: threads)
        var options = SinkOptions()
        options.codec = codec
        // No random numbers in the file: Matroska's would differ each time.
        options.formatOptions["fflags"] = "+bitexact"
        if codec == "libx264" { options.codecOptions = ["bf": "2"] }
        if codec == "libvpx-vp9" { options.codecOptions = ["cpu-used": "8"] }
        let sink = try FileSink(output, video: source.video, copying: source, options: options, segments: segments)
        var frames = 0
        while let item = try source.next() {
            if case .frame(let frame) = item {
                try sink.write(.frame(atFrame(frames, frame)))
                frames += 1
            } else {
                try sink.write(item)
            }
        }
        try sink.finish()
        return segments
    }

    /// Runs until before frame `end`, and puts back what a `kill -9` at that moment would leave.
    private func copyAndDie(
        _ input: String, to output: String, codec: String, threads: Int = 2, end: Int, in scratch: Scratch
    ) throws {
        let (folder, left) = (output.folderAndName, scratch.file("left"))
        let parts = "\(folder.folder)/.\(folder.name).segments"
        #expect(throws: ShellError.self) {
            try copyInParts(input, to: output, codec: codec, threads: threads) { number, frame in
                guard number == end else { return frame }
                try FileManager.default.copyItem(atPath: parts, toPath: left)
                throw ShellError(text: "the end")
            }
        }
        try? FileManager.default.removeItem(atPath: parts)
        try FileManager.default.moveItem(atPath: left, toPath: parts)
    }

    /// Goes on; what is finished comes unpainted.
    private func goOn(_ input: String, to output: String, codec: String, threads: Int = 2, finished: Int) throws -> SegmentFolder {
        let black = PixelBuffer(width: 64, height: 48)
        let segments = try copyInParts(input, to: output, codec: codec, threads: threads) { number, frame in
            var frame = frame
            if number < finished { frame.pixels = black }
            return frame
        }
        #expect(segments.finishedFrames == finished)
        return segments
    }

    private func contents(_ path: String) throws -> [[String]] {
        try [
            probe(path, "v", packets: "pts_time,dts_time,duration_time,flags,data_hash"),
            probe(path, "a", packets: "pts_time,duration_time,data_hash"),
            shell("ffmpeg", ["-v", "error", "-i", path, "-map", "0:v", "-f", "framemd5", "-"]).split(separator: "\n")
                .map(String.init),
            probe(path, "v", stream: "codec_name,time_base,start_time,duration,nb_frames"),
            [shell("ffprobe", ["-v", "quiet", "-show_entries", "format=duration", path])],
        ]
    }

    /// What is written beside a link would have to be copied to where it leads, if that is another file system.
    @Test func partsLieBesideWhatALinkLeadsTo() throws {
        let scratch = try Scratch(), (link, real) = (scratch.file("link.mp4"), scratch.file("disk/out.mp4"))
        try FileManager.default.createDirectory(atPath: scratch.file("disk"), withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "disk/out.mp4")
        #expect(try SegmentFolder(beside: link, job: job).path == SegmentFolder(beside: real, job: job).path)
        try FileManager.default.createSymbolicLink(atPath: scratch.file("chain.mp4"), withDestinationPath: "link.mp4")
        #expect(try SegmentFolder(beside: scratch.file("chain.mp4"), job: job).path == scratch.file("disk/.out.mp4.segments"))
        #expect(try SegmentFolder(beside: "file:" + real, job: job).path == scratch.file("disk/.out.mp4.segments"))
    }

    /// Their encoders write the file's own headers into the first packet of every part.
    @Test(arguments: ["gif", "apng", "webp"]) func animationsAreNotMadeOfParts(kind: String) throws {
        let scratch = try Scratch(), output = scratch.file("out.\(kind)")
        let video = VideoFormat(width: 32, height: 32, timeBase: Rational(1, 25), frameRate: Rational(25, 1))
        let segments = try SegmentFolder(beside: output, job: job)
        #expect(throws: MediaError.notResumable(output)) { try FileSink(output, video: video, segments: segments) }
    }

    /// What a run leaves that is killed before frame 33, and what the next one makes of it.
    @Test(arguments: [("libx264", "mp4"), ("libx264", "mkv"), ("ffv1", "mkv"), ("libvpx-vp9", "webm"), ("mpeg4", "avi")])
    func aResumedOutputIsTheUninterruptedOne(codec: String, kind: String) throws {
        let scratch = try Scratch()
        let (input, whole, output) = (try clip(scratch), scratch.file("whole.\(kind)"), scratch.file("out.\(kind)"))
        try copyInParts(input, to: whole, codec: codec).remove()
        let folder = scratch.file(".out.\(kind).segments")
        try copyAndDie(input, to: output, codec: codec, end: 33, in: scratch)
        #expect(Set(try FileManager.default.contentsOfDirectory(atPath: folder)).isSuperset(of: ["000002", "000003.part"]))
        #expect(SegmentFolder.leftover(beside: output) == folder)
        let segments = try goOn(input, to: output, codec: codec, finished: 30)
        let (expected, got) = (try contents(whole), try contents(output))
        for (a, b) in zip(expected, got) { #expect(a == b, "\(zip(a, b).filter { $0 != $1 })") }
        #expect(expected[0].count == 46)
        // Parts that stand alone hold the frames of one that does not.
        if codec == "ffv1" {
            let plain = scratch.file("plain.mkv")
            var options = SinkOptions()
            options.codec = codec
            try copy(input, to: plain, sink: options)
            #expect(try contents(plain)[2] == expected[2])
            try FileManager.default.removeItem(atPath: plain)
        }
        segments.remove()
        #expect(scratch.names == ["in.mkv", "out.\(kind)", "whole.\(kind)"])
    }

    /// Killed in the middle and at the edges of parts, and once more on the way: the bytes of the file are always the same.
    @Test func itDoesNotMatterWhenAJobIsKilled() throws {
        let scratch = try Scratch()
        let (input, whole, output) = (try clip(scratch), scratch.file("whole.mkv"), scratch.file("out.mkv"))
        try copyInParts(input, to: whole, codec: "libx264").remove()
        let expected = try Data(contentsOf: URL(fileURLWithPath: whole))
        for end in [1, 4, 9, 10, 11, 19, 20, 21, 30, 31, 40, 44, 45] {
            try copyAndDie(input, to: output, codec: "libx264", end: end, in: scratch)
            let again = min(45, end + 13)
            try copyAndDie(input, to: output, codec: "libx264", end: again, in: scratch)
            try goOn(input, to: output, codec: "libx264", finished: (again - 1) / 10 * 10).remove()
            let isSame = try Data(contentsOf: URL(fileURLWithPath: output)) == expected
            #expect(isSame, "killed before \(end) and \(again)")
            if !isSame { #expect(try contents(output) == contents(whole)) }
        }
    }

    /// An encoder that looks at memory nobody wrote to gives another file now and then.
    @Test(
        .serialized,
        arguments: [("libx264", "mkv"), ("libx264rgb", "mkv"), ("libx265", "mkv"), ("libvpx-vp9", "webm"), ("mpeg4", "avi")])
    func whatMemoryHeldBeforeDoesNotMatter(codec: String, kind: String) throws {
        let scratch = try Scratch()
        let (input, output) = (try clip(scratch), scratch.file("out.\(kind)"))
        let packets = try [Int32(0), 0xfffe].map { word in
            allocation_fill_with(word)
            defer { allocation_fill_with(-1) }
            try copyInParts(input, to: output, codec: codec).remove()
            return try packetHashes(output, "v")
        }
        #expect(packets[0] == packets[1])
    }

    /// MPEG-4 pictures have a slice a thread, and a resumed job may find another number of CPUs.
    @Test func theEncodersThreadsAreThoseOfTheFirstPart() throws {
        let scratch = try Scratch()
        let (input, whole, output) = (try clip(scratch), scratch.file("whole.avi"), scratch.file("out.avi"))
        let first = try copyInParts(input, to: whole, codec: "mpeg4", threads: 3)
        first.remove()
        try copyAndDie(input, to: output, codec: "mpeg4", threads: 3, end: 25, in: scratch)
        let segments = try goOn(input, to: output, codec: "mpeg4", threads: 1, finished: 20)
        #expect(segments.encoderThreads == 3)
        #expect(try packetHashes(whole, "v") == packetHashes(output, "v"))
        segments.remove()
        try copyInParts(input, to: output, codec: "mpeg4", threads: 1).remove()
        #expect(try packetHashes(whole, "v") != packetHashes(output, "v"))
    }

    @Test func aFailureKeepsTheFinishedPartsAlone() throws {
        let scratch = try Scratch()
        let (input, output) = (try clip(scratch), scratch.file("out.mkv"))
        for (end, left) in [(7, []), (25, ["000000", "000000.last", "000001", "000001.last", "job"])] {
            #expect(throws: ShellError.self) {
                _ = try copyInParts(input, to: output, codec: "ffv1") { number, frame in
                    if number == end { throw ShellError(text: "the end") }
                    return frame
                }
            }
            let names = try? FileManager.default.contentsOfDirectory(atPath: scratch.file(".out.mkv.segments")).sorted()
            #expect(names ?? [] == left)
        }
    }

    /// Painting goes on from the last finished picture; a part without one, or with half of one, is painted again.
    @Test func aPartEndsWithItsLastPicture() throws {
        let scratch = try Scratch()
        let (input, output) = (try clip(scratch), scratch.file("out.mkv"))
        var pictures: [PixelBuffer] = []
        #expect(throws: ShellError.self) {
            try copyInParts(input, to: output, codec: "ffv1") { number, frame in
                if number == 25 { throw ShellError(text: "the end") }
                pictures.append(frame.pixels)
                return frame
            }
        }
        func folder() throws -> SegmentFolder { try SegmentFolder(beside: output, job: job, length: 10, threads: 2) }
        #expect(throws: MediaError.self) { _ = try folder().lastPicture(width: 48, height: 64) }
        let last = try #require(try folder().lastPicture(width: 64, height: 48))
        #expect((0..<last.height).allSatisfy { memcmp(last.row($0), pictures[19].row($0), 3 * last.width) == 0 })

        let path = scratch.file(".out.mkv.segments/000001.last")
        try Data(contentsOf: URL(fileURLWithPath: path)).dropLast(100).write(to: URL(fileURLWithPath: path))
        #expect(throws: MediaError.damagedSegment(path)) { _ = try folder().lastPicture(width: 64, height: 48) }
        try Data(repeating: 255, count: 100).write(to: URL(fileURLWithPath: path))
        #expect(throws: MediaError.self) { _ = try folder().lastPicture(width: 64, height: 48) }
        try FileManager.default.removeItem(atPath: path)
        #expect(try folder().finishedFrames == 10)
        #expect(try folder().lastPicture(width: 64, height: 48) != nil)
    }

    @Test func whatDoesNotBelongIsRefused() throws {
        let scratch = try Scratch()
        let (input, output, folder) = (try clip(scratch), scratch.file("out.mkv"), scratch.file(".out.mkv.segments"))
        let first = try copyInParts(input, to: output, codec: "ffv1")
        #expect(throws: MediaError.unwritable(folder, why: "another run is writing there")) {
            try copyInParts(input, to: output, codec: "ffv1")
        }
        #expect(throws: MediaError.otherJob(folder, difference: "style")) {
            try SegmentFolder(beside: output, job: [job[0], ("style", "c")], length: 10)
        }
        #expect(throws: MediaError.otherJob(folder, difference: "frames of a part")) {
            try SegmentFolder(beside: output, job: job, length: 11)
        }
        withExtendedLifetime(first) {}
    }

    /// Parts with bytes missing or changed are named, and take no memory that is not there.
    @Test func damagedPartsAreNamed() throws {
        let scratch = try Scratch()
        let path = scratch.file("part")
        let packet = try #require(av_packet_alloc())
        defer { var packet: UnsafeMutablePointer<AVPacket>? = packet; av_packet_free(&packet) }
        do {
            #expect(av_new_packet(packet, 100) == 0)
            let side = try #require(av_packet_new_side_data(packet, AV_PKT_DATA_NEW_EXTRADATA, 5))
            (side[0], packet.pointee.pts) = (9, 77)
            let file = try PacketFile.Writer(path, header: Data([1, 2, 3]))
            try file.append(packet.pointee)
            try file.append(packet.pointee)
            try file.close()
        }
        let whole = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        let file = try PacketFile.Reader(path)
        #expect(file.header == Data([1, 2, 3]))
        #expect(try file.read(into: packet))
        #expect(packet.pointee.pts == 77 && packet.pointee.size == 100 && packet.pointee.side_data[0].data[0] == 9)
        #expect(try file.read(into: packet) && !file.read(into: packet))
        for at in whole.indices {
            var changed = whole
            changed[at] ^= 1 << (at % 8)
            for bytes in [Array(whole.prefix(at)), changed] {
                try Data(bytes).write(to: URL(fileURLWithPath: path))
                #expect(throws: MediaError.damagedSegment(path)) { try PacketFile.Reader(path) }
            }
        }
    }
}
