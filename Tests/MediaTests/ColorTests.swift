import CFFmpeg
import Foundation
import Network
import Testing

@testable import Media

/// A smooth picture with every hue, so that halved chroma loses little.
func gradient(width: Int, height: Int) -> PixelBuffer {
    let pixels = PixelBuffer(width: width, height: height)
    for y in 0..<height {
        for x in 0..<width {
            let (u, v) = (Double(x) / Double(width), Double(y) / Double(height))
            pixels.row(y)[3 * x] = UInt8(127.5 + 110 * cos(2 * .pi * u))
            pixels.row(y)[3 * x + 1] = UInt8(127.5 + 110 * sin(2 * .pi * (u + v / 2)))
            pixels.row(y)[3 * x + 2] = UInt8(127.5 + 110 * cos(2 * .pi * v))
        }
    }
    return pixels
}

/// Mean absolute difference of each channel, and the mean signed one.
func difference(_ a: PixelBuffer, _ b: PixelBuffer) -> (mean: [Double], bias: [Double]) {
    var (mean, bias) = ([0.0, 0, 0], [0.0, 0, 0])
    for y in 0..<a.height {
        for x in 0..<a.width {
            for c in 0..<3 {
                let d = Double(a.row(y)[3 * x + c]) - Double(b.row(y)[3 * x + c])
                mean[c] += abs(d)
                bias[c] += d
            }
        }
    }
    let count = Double(a.width * a.height)
    return (mean.map { $0 / count }, bias.map { $0 / count })
}

/// Writes one frame and finishes.
func write(_ pixels: PixelBuffer, to path: String, color: ColorTags, options: SinkOptions) throws {
    let video = VideoFormat(
        width: pixels.width, height: pixels.height, timeBase: Rational(1, 25), frameRate: Rational(25, 1), color: color)
    let sink = try FileSink(path, video: video, options: options)
    try sink.write(.frame(VideoFrame(pixels: pixels, timestamp: 0, duration: 1)))
    try sink.finish()
}

@Suite struct ColorTests {
    /// Kr and Kb of each matrix (ITU-T H.273, table 4).
    static let matrices: [(UInt32, kr: Double, kb: Double)] = [
        (1, 0.2126, 0.0722), (4, 0.30, 0.11), (5, 0.299, 0.114), (6, 0.299, 0.114), (7, 0.212, 0.087),
        (9, 0.2627, 0.0593),
    ]

    @Test(arguments: [1, 4, 5, 6, 7, 9] as [UInt32], [false, true])
    func roundTripStaysWithinOneLevel(matrix: UInt32, fullRange: Bool) throws {
        let scratch = try Scratch()
        let picture = gradient(width: 322, height: 180)
        let formats = ["420", "422", "444"].flatMap { chroma in ["", "10le", "12le"].map { "yuv\(chroma)p\($0)" } }
        for format in formats {
            var options = SinkOptions()
            options.codec = "ffv1"
            options.pixelFormat = format
            let path = scratch.file("\(format).mkv")
            try write(picture, to: path, color: ColorTags(matrix: matrix, fullRange: fullRange), options: options)
            let source = try FileSource(path)
            #expect(source.video.color.matrix == matrix && source.video.color.fullRange == fullRange)
            guard case .frame(let frame) = try source.next() else { throw ShellError(text: "no frame") }
            let (mean, bias) = difference(frame.pixels, picture)
            #expect(mean.max() ?? 9 <= 1 && bias.map(abs).max() ?? 9 <= 0.5, "\(format) mean \(mean) bias \(bias)")
        }
    }

    /// What an output cannot say of its colours is as everybody takes it to be: the colours stay.
    @Test(arguments: [
        ("jpg", nil), ("webp", nil), ("ogv", nil), ("avi", "mpeg4"), ("mpg", "mpeg2video"), ("mpg", "mpeg1video"), ("mov", "prores_ks"),
        ("nut", "ffv1"), ("y4m", nil), ("mp4", "mpeg4"), ("m4v", "mpeg4"), ("3gp", "mpeg4"), ("mkv", "magicyuv"), ("mp4", nil), ("mkv", "mpeg4"), ("webm", "libvpx"), ("webm", nil),
    ], [(180, UInt32(1), true), (180, 1, false), (180, 6, true), (720, 6, false), (720, 0, true)])
    func coloursStayWhereTheyCannotBeStated(to: (suffix: String, codec: String?), from: (height: Int, matrix: UInt32, full: Bool)) throws {
        let scratch = try Scratch(), picture = gradient(width: 320, height: from.height), path = scratch.file("out.\(to.suffix)")
        var options = SinkOptions()
        options.codec = to.codec
        options.crf = to.codec == nil || to.codec == "libvpx" ? 4 : nil
        if to.suffix == "y4m" { options.crf = nil }
        try write(picture, to: path, color: ColorTags(matrix: from.matrix, fullRange: from.full), options: options)
        guard case .frame(let frame) = try FileSource(path).next() else { throw ShellError(text: "no frame") }
        let (mean, bias) = difference(frame.pixels, picture)
        #expect(bias.map(abs).max() ?? 9 < 1.2, "\(bias)")
        // Another matrix leaves grey as it is: green by 9 levels away, on average.
        #expect(mean[1] < 5, "\(mean)")
    }

    /// The bytes on disk are what the standard's formula says, so that an error cannot cancel itself out in reading.
    @Test(arguments: [1, 4, 5, 6, 7, 9] as [UInt32], [false, true])
    func encodedValuesFollowTheStandard(matrix: UInt32, fullRange: Bool) throws {
        let (kr, kb) = try #require(Self.matrices.first { $0.0 == matrix }.map { ($0.kr, $0.kb) })
        let scratch = try Scratch()
        let picture = gradient(width: 64, height: 48)
        var options = SinkOptions()
        options.format = "rawvideo"
        options.pixelFormat = "yuv444p"
        let path = scratch.file("raw.yuv")
        try write(picture, to: path, color: ColorTags(matrix: matrix, fullRange: fullRange), options: options)
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        #expect(bytes.count == 64 * 48 * 3)
        var worst = 0.0
        for y in 0..<48 {
            for x in 0..<64 {
                let rgb = (0..<3).map { Double(picture.row(y)[3 * x + $0]) / 255 }
                let luma = kr * rgb[0] + (1 - kr - kb) * rgb[1] + kb * rgb[2]
                let (cb, cr) = ((rgb[2] - luma) / (2 * (1 - kb)), (rgb[0] - luma) / (2 * (1 - kr)))
                let expected =
                    fullRange
                    ? [255 * luma, 128 + 255 * cb, 128 + 255 * cr] : [16 + 219 * luma, 128 + 224 * cb, 128 + 224 * cr]
                for plane in 0..<3 {
                    worst = max(worst, abs(Double(bytes[(plane * 48 + y) * 64 + x]) - expected[plane]))
                }
            }
        }
        #expect(worst <= 1.6, "worst \(worst)")
    }
}
