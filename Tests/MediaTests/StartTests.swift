import Foundation
import Synchronization
import Testing

@testable import Media

/// Where a range begins.
@Suite struct StartTests {
    private func times(_ input: String, start: Double, duration: Double? = nil) throws -> [Double] {
        var options = SourceOptions()
        (options.start, options.duration) = (start, duration)
        let source = try FileSource(input, options: options)
        var times: [Double] = []
        while let item = try source.next() {
            if case .frame(let frame) = item { times.append(Double(frame.timestamp) * source.video.timeBase.value) }
        }
        return times
    }

    /// Slides: what is on the screen at the start is shown from there, unless the next picture comes as soon as any.
    @Test func whatIsOnTheScreenIsTheFirstFrame() throws {
        let scratch = try Scratch(), (slides, video) = (scratch.file("slides.mkv"), scratch.file("video.mkv"))
        try ffmpeg("-f lavfi -i testsrc2=s=32x32:r=1/5:d=15 -c:v libx264 -preset ultrafast \(slides)")
        #expect(try times(slides, start: 6) == [0, 4])
        #expect(try times(slides, start: 6, duration: 2) == [0])
        #expect(try times(slides, start: 5) == [0, 5])
        #expect(try times(slides, start: 12) == [0])
        #expect(throws: MediaError.startBeyondEnd(slides, start: 90)) { try times(slides, start: 90) }
        try ffmpeg("-f lavfi -i testsrc2=s=32x32:r=10:d=1 -c:v libx264 -preset ultrafast \(video)")
        #expect(try times(video, start: 0.55).map { ($0 * 100).rounded() / 100 } == [0.05, 0.15, 0.25, 0.35])
    }

    /// What the file says of a picture's time on the screen is what pictures usually have.
    @Test func theLastPictureIsShownUntilTheRangeEnds() throws {
        let scratch = try Scratch(), input = scratch.file("slides.mkv")
        try ffmpeg(
            "-f lavfi -i testsrc2=s=32x32:r=1:d=10 -vf select=eq(n\\,0)+eq(n\\,3)+eq(n\\,7) -vsync vfr -c:v libx264 -preset ultrafast \(input)")
        for (start, duration, ends) in [(0.0, 5.0, [3.0, 5]), (4, 2, [2]), (1, 5, [2, 5])] {
            var options = SourceOptions()
            (options.start, options.duration) = (start, duration)
            let source = try FileSource(input, options: options), second = 1 / source.video.timeBase.value
            var frames: [VideoFrame] = []
            while let item = try source.next() { if case .frame(let frame) = item { frames.append(frame) } }
            #expect(frames.count == ends.count)
            let last = try #require(frames.last)
            #expect(abs(Double(last.timestamp + last.duration) / second - ends[ends.count - 1]) < 0.01, "\(frames.map(\.timestamp)) \(start)")
            if let next = frames.last?.timestamp, frames.count > 1 { #expect(abs(Double(next) / second - ends[0]) < 0.01) }
        }
    }

    /// Sound before the first picture: MP4's demuxer takes all streams to where it goes for the picture.
    @Test func soundBeforeTheFirstPictureStays() throws {
        let scratch = try Scratch(), (video, sound, input) = (scratch.file("v.mp4"), scratch.file("a.mp4"), scratch.file("late.mp4"))
        try ffmpeg("-f lavfi -i testsrc2=s=32x32:r=10:d=2 -c:v libx264 -preset ultrafast \(video)")
        try ffmpeg("-f lavfi -i sine=d=5 -c:a aac \(sound)")
        try ffmpeg("-itsoffset 3 -i \(video) -i \(sound) -map 0:v -map 1:a -c copy \(input)")
        var options = SourceOptions()
        options.start = 0.5
        let source = try FileSource(input, options: options)
        var packets = 0
        while let item = try source.next() { if case .packet = item { packets += 1 } }
        #expect((190...197).contains(packets), "\(packets)")
    }

    /// An index by decode time knows key frames that are shown later.
    @Test(arguments: ["avi -c:v mpeg4", "flv -c:v libx264", "mkv -c:v libx264", "mp4 -c:v libx264"])
    func noFrameAfterTheStartIsLost(kind: String) throws {
        let scratch = try Scratch(), input = scratch.file("a.\(kind.prefix(3))")
        try ffmpeg("-f lavfi -i testsrc2=s=64x48:r=25:d=1.2 \(kind.dropFirst(4)) -g 12 -bf 2 \(input)")
        // AVI states decode times: one frame more is at or after it.
        #expect((20...21).contains(try times(input, start: 0.4).count))
    }

    /// Seeking a broadcast leads into the middle of pictures: what cannot be decoded there is no damage of the range.
    @Test func whatComesBeforeTheRangeIsNoDamage() throws {
        let scratch = try Scratch(), input = scratch.file("a.ts")
        try ffmpeg("-f lavfi -i testsrc2=s=64x48:r=10:d=30 -c:v libx264 -g 70 -bf 2 -x264-params scenecut=0 \(input)")
        var options = SourceOptions()
        (options.start, options.maxErrors) = (22, 0)
        var warnings: [MediaWarning] = []
        let told = Mutex(warnings), source = try FileSource(input, options: options) { warning in told.withLock { $0.append(warning) } }
        var frames = 0
        while let item = try source.next() { if case .frame = item { frames += 1 } }
        warnings = told.withLock { $0 }
        #expect(frames == 80 && source.errors == 0 && warnings.isEmpty, "\(frames) \(warnings)")
    }

    /// What mkvmerge counted of a stream is not true of a part of it.
    @Test func statisticsAreOfTheWholeAlone() throws {
        let scratch = try Scratch(), input = scratch.file("a.mkv")
        try ffmpeg(
            "-f lavfi -i testsrc2=s=32x32:r=10:d=2 -f lavfi -i sine=d=2 -c:v libx264 -c:a flac "
                + "-metadata:s:a NUMBER_OF_FRAMES=77 -metadata:s:a BPS=1234 -metadata:s:a title=sound \(input)")
        for (start, kept) in [(nil, true), (1, false)] as [(Double?, Bool)] {
            let output = scratch.file("\(kept).mkv")
            var options = SourceOptions()
            options.start = start
            try copy(input, to: output, source: options)
            let tags = try probe(output, "a", stream: "codec_type:stream_tags").joined()
            #expect(tags.contains("sound") && tags.contains("77") == kept && tags.contains("1234") == kept, "\(tags)")
        }
    }

    /// The timecode of the first frame that is kept.
    @Test func aTimecodeMovesWithTheStart() throws {
        let scratch = try Scratch(), (input, output) = (scratch.file("a.mov"), scratch.file("b.mov"))
        try ffmpeg("-f lavfi -i testsrc2=s=64x48:r=25:d=2 -c:v libx264 -timecode 01:00:00:00 \(input)")
        var options = SourceOptions()
        options.start = 0.8
        try copy(input, to: output, source: options)
        #expect(try probe(output, "v", stream: "codec_type:stream_tags=timecode").first?.hasSuffix("01:00:00:20") == true)
    }
}
