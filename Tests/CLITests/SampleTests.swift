import Foundation
import TestFiles
import Testing

/// The sample clip through the command, small and short.
@Suite struct SampleTests {
    private let sample = Checkout.path("Samples/harbour.mp4")
    private let small = ["-s", "starry-night", "--resize", "64x-1", "--duration", "0.5"]

    @Test func aFileBecomesAFile() throws {
        let folder = try ScratchFolder()
        let result = try Command.run([sample, folder.path("painted.mp4"), "--profile-json", folder.path("p.json")] + small)
        #expect(result.code == 0)
        #expect(result.lines.last?.hasPrefix("tempera: \(folder.path("painted.mp4")): 15 frames in ") == true)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted() == ["p.json", "painted.mp4"])
        // Refused, then allowed.
        let again = try Command.run([sample, folder.path("painted.mp4")] + small)
        #expect(again.code == 1 && again.stderr.contains("exists; add -y"))
        #expect(try Command.run([sample, folder.path("painted.mp4"), "-y", "-q"] + small).stderr.isEmpty)
    }

    @Test func rawVideoHasNothingButVideo() throws {
        let result = try Command.run([sample, "-", "--output-format", "rawvideo", "--pix-fmt", "rgb24"] + small)
        #expect(result.code == 0)
        #expect(result.stdout.count == 15 * 64 * 36 * 3)
        #expect(result.stderr.contains("rawvideo cannot hold"))
    }

    @Test func aPipeWithoutAFormatIsMatroska() throws {
        let result = try Command.run([sample, "-"] + small)
        #expect(result.code == 0)
        #expect(result.stdout.prefix(4) == Data([0x1A, 0x45, 0xDF, 0xA3]))
    }

    @Test func mp4DoesNotGoThroughAPipe() throws {
        let result = try Command.run([sample, "-", "--output-format", "mp4"] + small)
        #expect(result.code == 1)
        #expect(result.stdout.isEmpty)
        #expect(result.lines == ["tempera: mp4 cannot be written to a pipe; use matroska, nut, mpegts, yuv4mpegpipe, rawvideo, or add --movflags frag_keyframe+empty_moov"])
    }

    @Test func theInputIsNotOverwritten() throws {
        let folder = try ScratchFolder()
        try FileManager.default.copyItem(atPath: sample, toPath: folder.path("clip.mp4"))
        let before = try Data(contentsOf: URL(fileURLWithPath: folder.path("clip.mp4")))
        let result = try Command.run([folder.path("clip.mp4"), folder.path("clip.mp4"), "-y"] + small)
        #expect(result.code == 1)
        #expect(result.stderr.contains("input and output are the same file"))
        #expect(try Data(contentsOf: URL(fileURLWithPath: folder.path("clip.mp4"))) == before)
    }
}
