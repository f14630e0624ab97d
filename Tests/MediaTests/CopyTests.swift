import Foundation
import Testing

@testable import Media

@Suite struct CopyTests {
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
        #expect(try probe(output, "a", packets: "pts_time,data_hash") == probe(input, "a", packets: "pts_time,data_hash"))
        #expect(try probe(output, "v", stream: "time_base,duration") == probe(input, "v", stream: "time_base,duration"))
        let tags = try shell("ffprobe", ["-v", "quiet", "-show_entries", "format_tags=title:stream_tags=language", output])
        #expect(tags.contains("title=Boats") && tags.contains("language=nor"))
        #expect(scratch.names == ["clip.mp4", "out.mp4"])
    }
}
