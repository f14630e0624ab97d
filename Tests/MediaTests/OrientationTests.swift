import CFFmpeg
import Foundation
import Network
import Testing

@testable import Media

@Suite struct OrientationTests {
    /// ffmpeg turns upright by itself: its pixels are the reference.
    @Test(arguments: [90, 180, 270]) func rotatedFilesAgreeWithFFmpeg(degrees: Int) throws {
        let scratch = try Scratch()
        let (plain, turned, reference) = (scratch.file("a.mp4"), scratch.file("b.mp4"), scratch.file("c.rgb"))
        try ffmpeg("-f lavfi -i testsrc2=s=64x48:r=5:d=0.4,setsar=3/2 -pix_fmt yuv444p -c:v libx264 -crf 5 \(plain)")
        try ffmpeg("-i \(plain) -c copy -metadata:s:v:0 rotate=\(degrees) \(turned)")
        try ffmpeg("-i \(turned) -pix_fmt rgb24 -f rawvideo \(reference)")
        let source = try FileSource(turned)
        guard case .frame(let frame) = try source.next() else { throw ShellError(text: "no frame") }
        let (width, height) = degrees == 180 ? (64, 48) : (48, 64)
        #expect(source.video.width == width && source.video.height == height)
        #expect(source.video.sampleAspect == (degrees == 180 ? Rational(3, 2) : Rational(2, 3)))
        let expected = [UInt8](try Data(contentsOf: URL(fileURLWithPath: reference)))
        var off = 0
        for y in 0..<height {
            for x in 0..<width * 3 { off += abs(Int(frame.pixels.row(y)[x]) - Int(expected[y * width * 3 + x])) }
        }
        #expect(Double(off) / Double(64 * 48 * 3) < 1)
        #expect(!source.contents.picture.isMirrored && source.contents.picture.rotation != 0)
    }

    @Test func rotationIsGoneFromTheOutput() throws {
        let scratch = try Scratch()
        let (plain, turned, output) = (scratch.file("a.mp4"), scratch.file("b.mp4"), scratch.file("c.mp4"))
        try ffmpeg("-f lavfi -i testsrc2=s=64x48:r=5:d=0.4 -pix_fmt yuv420p -c:v libx264 \(plain)")
        try ffmpeg("-i \(plain) -c copy -metadata:s:v:0 rotate=90 \(turned)")
        try copy(turned, to: output)
        let text = try shell("ffprobe", ["-v", "quiet", "-show_streams", output])
        #expect(!text.contains("otation") && !text.contains("rotate"))
        #expect(text.contains("width=48") && text.contains("height=64"))
    }

    /// Every orientation of EXIF, against its definition: where row 0 and column 0 of the stored picture are shown.
    @Test func exifOrientationsFollowTheirDefinition() throws {
        // 3x2 pixels, named by column and row.
        let stored: [UInt8] = [00, 10, 20, 01, 11, 21]
        let shown: [Int: (Int, [UInt8])] = [
            1: (3, [00, 10, 20, 01, 11, 21]), 2: (3, [20, 10, 00, 21, 11, 01]), 3: (3, [21, 11, 01, 20, 10, 00]),
            4: (3, [01, 11, 21, 00, 10, 20]), 5: (2, [00, 01, 10, 11, 20, 21]), 6: (2, [01, 00, 11, 10, 21, 20]),
            7: (2, [21, 20, 11, 10, 01, 00]), 8: (2, [20, 21, 10, 11, 00, 01]),
        ]
        for (value, (width, expected)) in shown {
            let orientation = try #require(Orientation(exif: value))
            var result = [UInt8](repeating: 99, count: 6)
            orientation.apply(stored, width: 3, height: 2, stride: 3, bytes: 1, to: &result, stride: width)
            #expect(result == expected, "orientation \(value)")
        }
        #expect(Orientation(exif: 9) == nil)
    }

    /// One IFD of one entry: 0x0112, SHORT, 1, value.
    private func exif(orientation: Int) -> [UInt8] {
        [
            0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, UInt8(orientation), 0, 0, 0, 0, 0, 0,
        ]
    }

    private func littleEndian(_ value: Int, bytes: Int) -> [UInt8] {
        (0..<bytes).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    /// CRC-32 as PNG has it.
    private func checksum(_ bytes: [UInt8]) -> UInt32 {
        var sum = UInt32.max
        for byte in bytes {
            sum ^= UInt32(byte)
            for _ in 0..<8 { sum = sum & 1 == 1 ? (sum >> 1) ^ 0xEDB8_8320 : sum >> 1 }
        }
        return ~sum
    }

    /// The file with a directory that has the tag too, at its end.
    private func taggedTIFF(_ file: [UInt8], orientation: Int) -> [UInt8] {
        func number(_ place: Int, _ bytes: Int) -> Int {
            file[place..<place + bytes].reversed().reduce(0) { $0 << 8 | Int($1) }
        }
        let old = number(4, 4)
        var entries = (0..<number(old, 2)).map { Array(file[old + 2 + 12 * $0..<old + 14 + 12 * $0]) }
        let entry = [0x12, 1, 3, 0, 1, 0, 0, 0] + littleEndian(orientation, bytes: 4)
        entries.insert(entry, at: entries.firstIndex { Int($0[1]) << 8 | Int($0[0]) > 0x112 } ?? entries.count)
        var result = Array(file.prefix(4))
        result += littleEndian(file.count, bytes: 4)
        result += file.dropFirst(8)
        result += littleEndian(entries.count, bytes: 2)
        for entry in entries { result += entry }
        return result + [0, 0, 0, 0]
    }

    /// FFmpeg's decoder hands on a JPEG's tag as a display matrix, a WebP's as text, and those of the others not at all.
    @Test(arguments: ["jpg", "webp", "png", "tiff"], [1, 3, 6, 8, 2, 5])
    func picturesAreTurnedByTheirEXIFTag(kind: String, value: Int) throws {
        let scratch = try Scratch()
        let path = scratch.file("a.\(kind)")
        try write(gradient(width: 32, height: 16), to: path, color: ColorTags(), options: SinkOptions())
        var data = try Data(contentsOf: URL(fileURLWithPath: path))
        let tag = exif(orientation: value)
        if kind == "jpg" {
            let body = Array("Exif".utf8) + [0, 0] + tag
            data.insert(contentsOf: [0xFF, 0xE1, 0, UInt8(body.count + 2)] + body, at: 2)
        } else if kind == "png" {
            let chunk = Array("eXIf".utf8) + tag
            let sum = littleEndian(Int(checksum(chunk)), bytes: 4).reversed()
            data.insert(contentsOf: [0, 0, 0, UInt8(tag.count)] + chunk + sum, at: 33)
        } else if kind == "tiff" {
            data = Data(taggedTIFF([UInt8](data), orientation: value))
        } else {
            // The simple file's picture between the two chunks of an extended one.
            let extended = Array("VP8X".utf8) + [10, 0, 0, 0, 0x08, 0, 0, 0, 31, 0, 0, 15, 0, 0]
            let body = Array("WEBP".utf8) + extended + Array(data.dropFirst(12)) + Array("EXIF".utf8)
                + littleEndian(tag.count, bytes: 4) + tag
            data = Data(Array("RIFF".utf8) + littleEndian(body.count, bytes: 4) + body)
        }
        try data.write(to: URL(fileURLWithPath: path))
        let upright = gradient(width: 32, height: 16)
        let expected = PixelBuffer(width: value >= 5 ? 16 : 32, height: value >= 5 ? 32 : 16)
        Orientation(exif: value)?.apply(
            upright.bytes, width: 32, height: 16, stride: upright.stride, bytes: 3, to: expected.bytes,
            stride: expected.stride)
        let frame = try #require(try frames(path).first)
        #expect(frame.pixels.width == expected.width)
        guard frame.pixels.width == expected.width else { return }
        #expect(difference(frame.pixels, expected).mean.max() ?? 99 < (kind == "jpg" ? 4 : kind == "webp" ? 8 : 0.001))
    }

    /// Damaged bytes state nothing, and are read no further than they go.
    @Test func damagedTagsStateNothing() {
        var random = SplitMix64(state: 3)
        let whole = exif(orientation: 6)
        whole.withUnsafeBytes { #expect(Orientation(picture: $0) == Orientation(exif: 6)) }
        var png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, UInt8(whole.count)]
        png += Array("eXIf".utf8) + whole
        png.withUnsafeBytes { #expect(Orientation(picture: $0) == Orientation(exif: 6)) }
        for number in 0..<20000 {
            var bytes = number % 2 == 0 ? png : whole
            bytes = Array(bytes.prefix(.random(in: 0...bytes.count, using: &random)))
            for _ in 0..<3 where !bytes.isEmpty {
                bytes[.random(in: 0..<bytes.count, using: &random)] = .random(in: 0...255, using: &random)
            }
            bytes.withUnsafeBytes { _ = Orientation(picture: $0) }
        }
    }
}
