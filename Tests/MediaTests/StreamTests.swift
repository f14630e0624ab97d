import CFFmpeg
import Foundation
import Testing

@testable import Media

/// Which streams are painted and copied, and where each begins and ends.
@Suite struct StreamTests {
    /// Seconds of the first and of the last packet of a stream.
    private func span(_ path: String, _ stream: String) throws -> (first: Double, last: Double) {
        let times = try probe(path, stream, packets: "pts_time").compactMap(Double.init)
        return (times.min() ?? .nan, times.max() ?? .nan)
    }

    /// Three moving pictures, told apart by size, after a sound; the last is the largest, the second the default.
    private func threePictures(_ scratch: Scratch) throws -> String {
        let path = scratch.file("three.mkv")
        try ffmpeg(
            "-f lavfi -i sine=d=1 -f lavfi -i testsrc2=s=32x32:r=5:d=1 -f lavfi -i testsrc2=s=48x32:r=5:d=1"
                + " -f lavfi -i testsrc2=s=64x48:r=5:d=1 -map 0 -map 1 -map 2 -map 3 -c:v libx264 -preset ultrafast -c:a aac"
                + " -disposition:v:0 0 -disposition:v:1 default -disposition:v:2 0 \(path)")
        return path
    }

    @Test func theDefaultPictureIsPaintedUnlessAnotherIsAskedFor() throws {
        let scratch = try Scratch()
        let input = try threePictures(scratch)
        for (asked, width, others) in [(nil, 48, [1, 3]), (1, 32, [2, 3]), (3, 64, [1, 2])] as [(Int?, Int, [Int])] {
            let (log, output) = (WarningLog(), scratch.file("out.mkv"))
            var options = SourceOptions()
            options.stream = asked
            #expect(try copy(input, to: output, source: options, warn: log.handler) == 5)
            #expect(log.all == [.otherVideosLeftOut(others)])
            #expect(try probe(output, "v", stream: "width") == ["\(width)"])
            #expect(try packetHashes(output, "a") == packetHashes(input, "a"))
            #expect(try probe(output, "0", stream: "codec_type") == ["audio"])
        }
        #expect(throws: MediaError.noSuchStream(input, index: 0)) {
            var options = SourceOptions()
            options.stream = 0
            _ = try FileSource(input, options: options)
        }
    }

    /// Where no picture is the default, the largest is painted.
    @Test func theLargestPictureIsPainted() throws {
        let scratch = try Scratch()
        let (three, input) = (try threePictures(scratch), scratch.file("a.ts"))
        try ffmpeg("-i \(three) -map 0 -c copy \(input)")
        #expect(try FileSource(input).video.width == 64)
    }

    @Test(arguments: [(1.0, 3.0), (3.0, 1.0)]) func theShorterStreamEndsAlone(picture: Double, sound: Double) throws {
        let scratch = try Scratch()
        let (input, output) = (scratch.file("a.mkv"), scratch.file("b.mp4"))
        try ffmpeg(
            "-f lavfi -i testsrc2=s=64x48:r=25:d=\(picture) -f lavfi -i sine=d=\(sound) -c:v libx264 -c:a aac \(input)")
        #expect(try copy(input, to: output) == Int(picture * 25))
        #expect(try packetHashes(output, "a") == packetHashes(input, "a"))
        #expect(abs(try span(output, "v").last - picture) < 0.08)
        #expect(abs(try span(output, "a").last - sound) < 0.08)
    }

    /// A cut without coding anew: MP4 says in an edit list that what comes before the cut is not shown, and has it at times
    /// before 0. Where there are no edit lists, only what decoders need of it goes along.
    @Test(arguments: ["mp4", "mkv", "nut"]) func whatAnEditListHidesStaysHidden(kind: String) throws {
        let scratch = try Scratch()
        let (whole, cut, output) = (scratch.file("a.mp4"), scratch.file("b.mp4"), scratch.file("c.\(kind)"))
        try ffmpeg(
            "-f lavfi -i testsrc2=s=64x48:r=25:d=4 -f lavfi -i sine=d=4 -c:v libx264 -g 50 -bf 2 -c:a aac \(whole)")
        try ffmpeg("-ss 2.6 -i \(whole) -c copy \(cut)")
        #expect(try span(cut, "a").first < -0.5)
        // ffmpeg itself shows no more than what follows the cut.
        #expect(try copy(cut, to: output) == 35 && countFrames(cut) == 35)
        let (all, kept) = (try frames(whole), try frames(cut))
        #expect(difference(try #require(kept.first).pixels, all[65].pixels).mean.max() == 0)
        let (before, after) = (try packetHashes(cut, "a"), try packetHashes(output, "a"))
        #expect(after == before.suffix(after.count) && after.count >= 62 && (after.count < 68 || kind == "mp4"))
        // Picture and sound end as far apart as they did, and no sound comes long before the picture.
        func apart(_ path: String) throws -> Double { try span(path, "v").last - span(path, "a").last }
        #expect(abs(try apart(output) - apart(cut)) < 0.0025)
        let start = try shell("ffprobe", ["-v", "quiet", "-show_entries", "stream=start_time", "-of", "csv=p=0", output])
        let starts = start.split(separator: "\n").compactMap { Double($0) }
        #expect(starts.count == 2 && abs(starts[0] - starts[1]) < 0.13, "\(starts)")
    }
}
