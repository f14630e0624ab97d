import CFFmpeg
import Foundation
import Network
import Testing

@testable import Media

/// Rows of numbered pictures, and names that are none.
@Suite struct NumberedPictureTests {
    @Test func aRowBeginsAtItsFirstNumberAndTellsItsGap() throws {
        let folder = try Scratch()
        for name in ["f-0003.png", "f-0004.png", "f-0006.png", "f-12345.png", "f-7.png", "f-00008.png", "g-0005.png"] {
            try Data(count: 1).write(to: URL(fileURLWithPath: "\(folder.path)/\(name)"))
        }
        try Data().write(to: URL(fileURLWithPath: "\(folder.path)/f-0005.png"))
        let row = try #require(NumberedPictures(folder.path + "/f-%04d.png"))
        #expect(row.numbers == [3, 4, 6, 12345])
        #expect(row.gap?.at == 5 && row.gap?.left == 2)
        #expect(NumberedPictures(folder.path + "/f-%04d.png", from: 4)?.numbers == [4, 6, 12345])
        #expect(NumberedPictures(folder.path + "/g-%04d.png")?.gap == nil)
        // FFmpeg counts with 32 bits.
        try Data(count: 1).write(to: URL(fileURLWithPath: "\(folder.path)/t-20240101123456.png"))
        #expect { try FileSource(folder.path + "/t-%d.png") } throws: { "\($0)".contains("go up to 2147483647, and 20240101123456 is there") }
    }

    @Test func rowsThatShareAPictureAreTheSame() throws {
        let folder = try Scratch()
        for name in ["f-001.png", "f-002.png", "g-001.png"] {
            try Data(count: 1).write(to: URL(fileURLWithPath: "\(folder.path)/\(name)"))
        }
        for (one, other, isSame) in [
            ("f-%03d.png", "f-00%d.png", true), ("f-001.png", "f-%03d.png", true), ("f-%03d.png", "f-002.png", true),
            ("f-%03d.png", "f-%03d.png", true), ("f-%03d.png", "g-%03d.png", false), ("f-001.png", "h-%03d.png", false),
            ("f-%03d.png", "f-003.png", false),
        ] {
            #expect(MediaFiles.isSame("\(folder.path)/\(one)", "\(folder.path)/\(other)") == isSame, "\(one) \(other)")
        }
    }

    @Test(arguments: [("f%d.png", true), ("f%03d.png", true), ("%05dx.png", true), ("100%dog.png", false), ("60%discount.png", false), ("50%.png", false)])
    func aPercentageIsNoRow(_ name: String, _ isRow: Bool) { #expect(InputLocation.isPattern(name) == isRow) }

    /// swscale goes by way of YUV between deeper RGB and bytes: no colour may change on the way there and back.
    @Test func deepRGBKeepsItsColours() throws {
        let colours: [[UInt16]] = [[0, 190, 189], [192, 190, 0], [190, 0, 191], [16, 16, 16], [255, 255, 255], [255, 0, 0]]
        let width = 16, height = 16
        var layout = PictureLayout.rgb(width: width, height: height, format: AV_PIX_FMT_RGB48LE)
        layout.matrix = AVCOL_SPC_SMPTE170M.rawValue
        let scaler = try Swscale(from: layout, to: .rgb(width: width, height: height))
        for colour in colours {
            let deep = (0..<width * height).flatMap { _ in colour.map { ($0 * 257).littleEndian } }
            var bytes = [UInt8](repeating: 0, count: 3 * width * height)
            deep.withUnsafeBytes { from in
                bytes.withUnsafeMutableBufferPointer { to in
                    guard let source = from.bindMemory(to: UInt8.self).baseAddress, let target = to.baseAddress else { return }
                    scaler.run(from: source, stride: 6 * width, to: target, stride: 3 * width)
                }
            }
            for c in 0..<3 { #expect(abs(Int(bytes[3 * 100 + c]) - Int(colour[c])) <= 3, "\(colour): \(bytes[300..<303])") }
        }
    }
}
