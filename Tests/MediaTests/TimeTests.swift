import CFFmpeg
import Foundation
import Network
import Testing

@testable import Media

@Suite struct TimeTests {
    @Test func variableRateIsKept() throws {
        let scratch = try Scratch()
        let (input, output, matroska) = (scratch.file("a.mp4"), scratch.file("b.mp4"), scratch.file("c.mkv"))
        // Every third frame is missing, and the last second runs at a third of the rate.
        try ffmpeg(
            "-f lavfi -i testsrc2=s=64x48:r=30:d=3 -vf select=mod(n\\,3)*lt(t\\,2)+not(mod(n\\,3))*gte(t\\,2) -vsync vfr"
                + " -c:v libx264 -bf 2 \(input)")
        let times = try probe(input, "v", packets: "pts_time").sorted()
        let seconds = times.compactMap(Double.init)
        #expect(Set(zip(seconds, seconds.dropFirst()).map { ($1 - $0).rounded(toPlaces: 3) }).count > 2)
        try copy(input, to: output)
        #expect(try probe(output, "v", packets: "pts_time").sorted() == times)
        func length(_ path: String) throws -> Double {
            try probe(path, "v", stream: "duration").first.flatMap(Double.init) ?? .nan
        }
        #expect(abs(try length(output) - length(input)) < 0.1)
        try copy(input, to: matroska)
        let rounded = try probe(matroska, "v", packets: "pts_time").sorted()
        for (a, b) in zip(times, rounded) { #expect(abs((Double(a) ?? -1) - (Double(b) ?? -2)) < 0.0011) }
    }

    @Test(arguments: ["mp4", "mkv"]) func lateAndEarlyStreamsStayInStep(kind: String) throws {
        let scratch = try Scratch()
        let (picture, sound, input, output) = (
            scratch.file("v.mp4"), scratch.file("a.m4a"), scratch.file("in.mp4"), scratch.file("out.\(kind)")
        )
        try ffmpeg("-f lavfi -i testsrc2=s=64x48:r=25:d=2 -c:v libx264 -bf 2 \(picture)")
        try ffmpeg("-f lavfi -i sine=d=2 -c:a aac \(sound)")
        // The picture starts half a second after the sound: an edit list says so.
        try ffmpeg("-itsoffset 0.5 -i \(picture) -i \(sound) -c copy \(input)")
        try copy(input, to: output)
        func offset(_ path: String) throws -> Double {
            let first = try probe(path, "v", packets: "pts_time").compactMap(Double.init).min() ?? .nan
            return try first - (probe(path, "a", packets: "pts_time").compactMap(Double.init).min() ?? .nan)
        }
        let (after, before) = (try offset(output), try offset(input))
        #expect(abs(after - before) < 0.0015, "\(before) became \(after)")
        #expect(abs(try offset(output) - 0.52) < 0.05)
    }

    @Test func broadcastTimesStartAtZeroAndJumpsAreClosed() throws {
        let scratch = try Scratch()
        let (a, b, both) = (scratch.file("a.ts"), scratch.file("b.ts"), scratch.file("c.ts"))
        for (path, offset) in [(a, 500), (b, 90)] {
            try ffmpeg(
                "-f lavfi -i testsrc2=s=64x48:r=25:d=2 -f lavfi -i sine=d=2 -c:v libx264 -bf 0 -c:a mp2"
                    + " -output_ts_offset \(offset) \(path)")
        }
        try (Data(contentsOf: URL(fileURLWithPath: a)) + Data(contentsOf: URL(fileURLWithPath: b)))
            .write(to: URL(fileURLWithPath: both))
        let log = WarningLog()
        let source = try FileSource(both, warn: log.handler)
        var (times, sound): ([Double], [Double]) = ([], [])
        while let item = try source.next() {
            switch item {
            case .frame(let frame): times.append(source.video.timeBase.seconds(frame.timestamp))
            case .packet(let packet): sound.append(Double(packet.packet.pointee.pts) / 90000)
            }
        }
        #expect(times.count == 100)
        #expect(times[0] >= 0 && times[0] < 0.1)
        for (earlier, later) in zip(times, times.dropFirst()) { #expect(abs(later - earlier - 0.04) < 0.03) }
        for (earlier, later) in zip(sound, sound.dropFirst()) { #expect(later > earlier && later - earlier < 0.1) }
        #expect(abs((times.last ?? 0) - (sound.last ?? 9)) < 0.15)
        #expect(log.all.contains { if case .timestampJump = $0 { true } else { false } })
    }

    @Test func framesLastUntilTheNextOne() {
        var durations = FrameDurations(nominal: 40)
        for (time, stated) in [(0, 40), (40, 40), (120, 0)] as [(Int64, Int64)] {
            durations.add(time: time, duration: stated)
        }
        #expect([0, 40, 120].map { durations.take($0) } == [40, 80, 40])
        #expect(durations.take(40) == nil)
        durations.add(time: 200, duration: 70)
        #expect(durations.take(200) == 70)
    }

    /// Sound and picture jump back one after the other, as where two recordings were joined.
    @Test func aJumpBackIsClosedForAllStreamsAlike() throws {
        let context = try #require(avformat_alloc_context())
        defer { avformat_free_context(context) }
        let streams = try [AVMEDIA_TYPE_VIDEO, AVMEDIA_TYPE_AUDIO, AVMEDIA_TYPE_SUBTITLE].map { type in
            let stream = try #require(avformat_new_stream(context, nil))
            stream.pointee.codecpar.pointee.codec_type = type
            stream.pointee.time_base = AVRational(num: 1, den: 1000)
            return stream
        }
        let packet = try #require(av_packet_alloc())
        var timeline = Timeline(streams, origin: 5_000_000, jumpsForward: false)
        func pass(_ stream: Int32, _ time: Int64, duration: Int64 = 40) -> (time: Int64, jump: Double?) {
            packet.pointee.stream_index = stream
            packet.pointee.dts = time
            packet.pointee.pts = time
            packet.pointee.duration = duration
            let jump = timeline.apply(to: packet)
            return (packet.pointee.pts, jump)
        }
        for time: Int64 in [5000, 5040, 5080] {
            #expect(pass(0, time).time == time - 5000)
            #expect(pass(1, time).time == time - 5000)
        }
        // The picture starts again at 1 s, the sound 30 ms after it does, and the next words follow.
        let first = pass(0, 1000)
        #expect(first.time == 120 && first.jump == -4.12)
        #expect(pass(1, 5120).time == 120)
        let second = pass(1, 1030)
        #expect(second.time == 150 && second.jump == nil)
        #expect(pass(2, 1500).time == 620)
        #expect(pass(0, 1040).time == 160)
        // A gap is no jump where times do not jump.
        #expect(pass(0, 61040).time == 60160)
        // What a damaged file states is no time, and nothing overflows.
        for time: Int64 in [.max, .min + 1, 1 << 62] { #expect(pass(0, time).time == tempera_nopts) }
        #expect(pass(0, 61080).time == 60200)
        for time in 0..<600 { _ = pass(0, 61120 + 40 * Int64(time), duration: .max) }
        var free: UnsafeMutablePointer<AVPacket>? = packet
        av_packet_free(&free)
    }

    @Test func aClockGoesForwardOnly() {
        var clock = FrameClock(nominal: 10)
        #expect([0, 10, 20].map { clock.stamp($0) } == [0, 10, 20] && !clock.repaired)
        #expect([15, nil, 40, 40].map { clock.stamp($0) } == [21, 31, 40, 41] && clock.repaired)
    }

    @Test(arguments: [0.0, 0.9, 1.0, 1.53]) func startIsExactForPictureAndSound(start: Double) throws {
        let scratch = try Scratch()
        let (input, output) = (scratch.file("a.mp4"), scratch.file("b.mp4"))
        try ffmpeg(
            "-f lavfi -i testsrc2=s=64x48:r=25:d=3 -f lavfi -i sine=d=3 -c:v libx264 -g 50 -bf 2 -c:a aac \(input)")
        var options = SourceOptions()
        options.start = start
        options.duration = 1
        let all = try frames(input)
        let cut = try frames(input, options: options)
        let first = Int((start * 25).rounded(.up))
        #expect(cut.count == 25)
        #expect(difference(try #require(cut.first).pixels, all[first].pixels).mean.max() == 0)
        #expect(difference(try #require(cut.last).pixels, all[first + cut.count - 1].pixels).mean.max() == 0)
        #expect(try copy(input, to: output, source: options) == 25)
        let sound = try probe(output, "a", packets: "pts_time").compactMap(Double.init)
        let wanted = try probe(input, "a", packets: "pts_time,data_hash").compactMap { line -> String? in
            let fields = line.split(separator: ",")
            guard let time = Double(fields[0]), time + 1024.0 / 44100 > start, time < start + 1 else { return nil }
            return String(fields[1])
        }
        #expect(try probe(output, "a", packets: "data_hash") == wanted)
        #expect(abs((sound.first ?? 9)) < 0.03 && (sound.last ?? 9) < 1.0)
    }

    @Test func aStartBeyondTheEndIsAnError() throws {
        let scratch = try Scratch()
        let input = scratch.file("a.mp4")
        try ffmpeg("-f lavfi -i testsrc2=s=64x48:r=25:d=1 \(input)")
        var options = SourceOptions()
        options.start = 5
        #expect(throws: MediaError.startBeyondEnd(input, start: 5)) { try FileSource(input, options: options) }
        options.start = -1
        #expect(throws: MediaError.badTimeRange(start: -1, duration: nil)) { try FileSource(input, options: options) }
    }

    @Test func interlacedFramesAreDeinterlacedAndOthersAreNot() throws {
        let scratch = try Scratch()
        let (fields, whole) = (scratch.file("a.mpg"), scratch.file("b.mpg"))
        try ffmpeg(
            "-f lavfi -i testsrc2=s=96x64:r=50:d=1 -vf interlace -c:v mpeg2video -q:v 2 -flags +ildct+ilme \(fields)")
        try ffmpeg("-f lavfi -i testsrc2=s=96x64:r=25:d=1 -c:v mpeg2video -q:v 2 \(whole)")
        let log = WarningLog()
        let smooth = try frames(fields, warn: log.handler)
        #expect(log.all == [.deinterlacing("bwdif")])
        var options = SourceOptions()
        options.deinterlace = .off
        let other = WarningLog()
        let combed = try frames(fields, options: options, warn: other.handler)
        #expect(other.all == [.interlacedKept])
        // Kept, they say that they are.
        let kept = scratch.file("c.mp4")
        try copy(fields, to: kept, source: options)
        #expect(try shell("ffprobe", ["-v", "quiet", "-show_entries", "frame=interlaced_frame", "-of", "csv=p=0", kept]).hasPrefix("1"))
        #expect(smooth.count == combed.count && smooth.count == 25)
        #expect(smooth.map(\.timestamp) == combed.map(\.timestamp))
        /// How much neighbouring lines differ more than lines two apart.
        func combing(_ frame: VideoFrame) -> Int {
            var sum = 0
            for y in 2..<62 {
                for x in 0..<288 {
                    let (a, b, c) = (
                        Int(frame.pixels.row(y - 1)[x]), Int(frame.pixels.row(y)[x]), Int(frame.pixels.row(y + 1)[x])
                    )
                    sum += max(0, abs(a - b) + abs(b - c) - 2 * abs(a - c) - 20)
                }
            }
            return sum
        }
        #expect(2 * combing(smooth[12]) < combing(combed[12]))
        let quiet = WarningLog()
        _ = try frames(whole, warn: quiet.handler)
        #expect(quiet.all == [])
    }
}

extension Double {
    func rounded(toPlaces places: Int) -> Double {
        (self * pow(10, Double(places))).rounded() / pow(10, Double(places))
    }
}
