import CFFmpeg
import Foundation
import Testing

@testable import Media

/// Broadcast streams: programs with clocks of their own, holes, joins, and what a program says of itself.
@Suite struct BroadcastTests {
    /// Seconds of the first and of the last packet of a stream.
    private func span(_ path: String, _ stream: String) throws -> (first: Double, last: Double) {
        let times = try probe(path, stream, packets: "pts_time").compactMap(Double.init)
        return (times.min() ?? .nan, times.max() ?? .nan)
    }

    /// The painted program's streams alone go along, and its clock counts.
    @Test func ofSeveralProgramsOneIsPainted() throws {
        let scratch = try Scratch(), log = WarningLog(), (input, output) = (scratch.file("a.ts"), scratch.file("b.mkv"))
        try ffmpeg(
            "-f lavfi -i testsrc2=s=32x32:r=5:d=1 -f lavfi -i sine=d=1 -itsoffset 5000 -f lavfi -i testsrc2=s=64x48:r=5:d=1"
                + " -itsoffset 5000 -f lavfi -i sine=f=880:d=1 -map 0 -map 1 -map 2 -map 3 -c:v mpeg2video -c:a mp2"
                + " -program st=0:st=1 -program st=2:st=3 -max_interleave_delta 1 \(input)")
        #expect(try copy(input, to: output, warn: log.handler) == 5)
        #expect(log.all.contains(.otherProgramsLeftOut([1])), "\(log.all)")
        #expect(try probe(output, "a", stream: "codec_name").count == 1)
        #expect(try abs(span(output, "v").first) < 0.2 && abs(span(output, "a").first) < 0.2)
        var options = SourceOptions()
        (options.start, options.duration) = (0.4, 0.4)
        #expect(try copy(input, to: output, source: options) == 2)
    }

    /// Streams of two kinds with packets at the given seconds, as the timeline moves them.
    private func moved(_ packets: [(stream: Int, time: Double)]) -> (times: [Double], jumps: Int) {
        let context = avformat_alloc_context()
        defer { avformat_free_context(context) }
        let streams = [AVMEDIA_TYPE_VIDEO, AVMEDIA_TYPE_AUDIO].compactMap { type in
            let stream = avformat_new_stream(context, nil)
            stream?.pointee.codecpar.pointee.codec_type = type
            stream?.pointee.time_base = AVRational(num: 1, den: 90000)
            return stream
        }
        var timeline = Timeline(streams, origin: 0, jumpsForward: true), jumps = 0, packet = av_packet_alloc()
        defer { av_packet_free(&packet) }
        let times = packets.compactMap { place -> Double? in
            guard let packet else { return nil }
            packet.pointee.stream_index = Int32(place.stream)
            packet.pointee.dts = Int64(place.time * 90000)
            packet.pointee.pts = packet.pointee.dts
            if timeline.apply(to: packet) != nil { jumps += 1 }
            return Double(packet.pointee.pts) / 90000
        }
        return (times, jumps)
    }

    @Test func aHoleInOneStreamIsNoJump() {
        // The sound pauses from 1 to 13 while the picture goes on.
        let hole = moved([(0, 0), (1, 0)] + (1...13).map { (0, Double($0)) } + [(1, 13), (0, 14)])
        #expect(hole.jumps == 0 && hole.times.suffix(2) == [13, 14])
        // Both jump: a join. Whichever comes first is closed up, and the other follows it.
        let join = moved([(0, 0), (1, 0), (0, 1), (1, 1), (0, 101), (1, 101), (0, 102)])
        #expect(join.jumps == 1 && join.times.allSatisfy { $0 < 3 })
    }

    /// A sound that begins after a join counts from where the picture does.
    @Test func aLateStreamBeginsWhereTheOthersAre() {
        let late = moved([(0, 0), (0, 1), (0, 5001), (1, 5001.5), (0, 5002)])
        #expect(late.jumps == 1 && late.times.allSatisfy { $0 < 3 }, "\(late.times)")
    }

    @Test func aBroadcastKeepsItsServiceName() throws {
        let scratch = try Scratch(), (input, output) = (scratch.file("a.ts"), scratch.file("b.ts"))
        try ffmpeg(
            "-f lavfi -i testsrc2=s=32x32:r=5:d=1 -c:v mpeg2video -metadata service_name=Eins -metadata service_provider=Haus \(input)")
        try copy(input, to: output)
        let said = try shell("ffprobe", ["-v", "quiet", "-show_programs", output])
        #expect(said.contains("service_name=Eins") && said.contains("service_provider=Haus"), "\(said)")
    }
}
