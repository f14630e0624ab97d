import Foundation
import Network
import Testing

@testable import Media

@Suite struct ColorProfileTests {
    /// A header and 72 bytes: what a decoder and an encoder look at.
    private func profile(space: String = "RGB ", name: String = "Display P3") -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 200)
        bytes[3] = 200
        bytes.replaceSubrange(16..<20, with: space.utf8)
        bytes.replaceSubrange(36..<40, with: "acsp".utf8)
        bytes.replaceSubrange(140..<140 + name.utf8.count, with: name.utf8)
        return bytes
    }

    @Test func onlyWholeProfilesOfRGBAreTaken() throws {
        #expect(try #require(ColorProfile(bytes: profile())).bytes == profile())
        #expect(ColorProfile(bytes: profile(space: "GRAY")) == nil)
        #expect(ColorProfile(bytes: Array(profile().prefix(128))) == nil)
        #expect(try #require(ColorProfile(bytes: profile(name: "sRGB IEC"))).isSRGB)
        #expect(try #require(ColorProfile(bytes: profile(name: "\0s\0R\0G\0B"))).isSRGB)
        #expect(try !#require(ColorProfile(bytes: profile())).isSRGB)
    }

    @Test(arguments: [("png", "png"), ("jpg", "png"), ("png", "jpg")]) func picturesKeepTheirs(from: String, to: String) throws {
        let scratch = try Scratch(), log = WarningLog()
        let (input, output) = (scratch.file("a.\(from)"), scratch.file("b.\(to)"))
        try write(profile: profile(), to: input)
        try copy(input, to: output, warn: log.handler)
        #expect(try FileSource(output).video.profile?.bytes == profile())
        #expect(log.all.isEmpty)
    }

    @Test func itIsSaidWhereOneIsLost() throws {
        let scratch = try Scratch()
        for (name, warnings) in [("Display P3", [MediaWarning.profileLeftOut(codec: "tiff")]), ("sRGB", [])] {
            let (input, output, log) = (scratch.file("\(name).png"), scratch.file("\(name).tiff"), WarningLog())
            try write(profile: profile(name: name), to: input)
            try copy(input, to: output, warn: log.handler)
            #expect(log.all == warnings)
        }
    }

    private func write(profile: [UInt8], to path: String) throws {
        let video = VideoFormat(
            width: 64, height: 48, timeBase: Rational(1, 25), frameRate: Rational(25, 1), profile: ColorProfile(bytes: profile))
        let sink = try FileSink(path, video: video)
        try sink.write(.frame(VideoFrame(pixels: gradient(width: 64, height: 48), timestamp: 0, duration: 1)))
        try sink.finish()
    }
}
