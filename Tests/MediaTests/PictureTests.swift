import CFFmpeg
import Foundation
import Network
import Testing

@testable import Media

/// All frames of a source.
func frames(_ path: String, options: SourceOptions = SourceOptions(), warn: @escaping WarningHandler = { _ in }) throws
    -> [VideoFrame]
{
    let source = try FileSource(path, options: options, warn: warn)
    var result: [VideoFrame] = []
    while let item = try source.next() { if case .frame(let frame) = item { result.append(frame) } }
    return result
}

@Suite struct StillTests {
    @Test func namesOfPictures() {
        #expect(["a.png", "a.JPG", "f-%04d.webp", "a.webp"].allSatisfy(MediaFiles.isPicture))
        #expect(["a.mp4", "a.webm", "webp", "a.gif"].allSatisfy { !MediaFiles.isPicture($0) })
    }

    @Test(arguments: ["png", "tiff", "bmp", "jpg", "webp"]) func picturesComeBack(kind: String) throws {
        let scratch = try Scratch()
        let path = scratch.file("a.\(kind)")
        let picture = gradient(width: 61, height: 35)
        try write(picture, to: path, color: ColorTags(matrix: 0, fullRange: true), options: SinkOptions())
        let back = try frames(path)
        #expect(back.count == 1)
        let limit = kind == "webp" ? 4.0 : kind == "jpg" ? 2.0 : 0.0
        let (mean, bias) = difference(try #require(back.first).pixels, picture)
        #expect(mean.max() ?? 99 <= limit && bias.map(abs).max() ?? 99 <= limit / 4, "mean \(mean) bias \(bias)")
        #expect(scratch.names == ["a.\(kind)"])
    }

    /// The rest would be grey.
    @Test func aPictureThatEndsEarlyIsNone() throws {
        let scratch = try Scratch(), path = scratch.file("a.jpg")
        try write(gradient(width: 160, height: 120), to: path, color: ColorTags(matrix: 0, fullRange: true), options: SinkOptions())
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        try bytes.prefix(bytes.count * 2 / 3).write(to: URL(fileURLWithPath: path))
        #expect(throws: MediaError.noFrames(path)) { try frames(path) }
    }

    @Test func sequencesComeBack() throws {
        let scratch = try Scratch()
        let (clip, pattern, again) = (scratch.file("a.mkv"), scratch.file("frame-%04d.png"), scratch.file("b.mkv"))
        try ffmpeg("-f lavfi -i testsrc2=s=64x48:r=5:d=1 -pix_fmt bgr0 -c:v ffv1 \(clip)")
        #expect(try copy(clip, to: pattern) == 5)
        #expect(scratch.names.filter { $0 != "a.mkv" } == (1...5).map { "frame-000\($0).png" })
        var options = SourceOptions()
        options.rate = Rational(5, 1)
        #expect(try copy(pattern, to: again, source: options) == 5)
        let (first, last) = (try frames(clip), try frames(pattern, options: options))
        for (a, b) in zip(first, last) { #expect(difference(a.pixels, b.pixels).mean.max() == 0) }
    }

    /// Pictures of the same names survive until all of the new ones are there.
    @Test func aFailedSequenceLeavesNothing() throws {
        let scratch = try Scratch()
        let (old, pattern) = (scratch.file("frame-0001.png"), scratch.file("frame-%04d.png"))
        try "precious".write(toFile: old, atomically: true, encoding: .utf8)
        #expect(MediaFiles.exists(pattern) && !MediaFiles.exists(scratch.file("other-%04d.png")))
        let video = VideoFormat(width: 64, height: 48, timeBase: Rational(1, 25), frameRate: Rational(25, 1))
        let sink = try FileSink(pattern, video: video)
        for i in 0..<3 {
            try sink.write(
                .frame(VideoFrame(pixels: gradient(width: 64, height: 48), timestamp: Int64(i), duration: 1)))
        }
        sink.discard()
        #expect(scratch.names == ["frame-0001.png"])
        #expect(try String(contentsOfFile: old, encoding: .utf8) == "precious")
    }

    @Test func aSizeForWhatStatesItsOwnIsRefused() throws {
        let scratch = try Scratch()
        var options = SourceOptions()
        options.size = RequestedSize(width: 32, height: 24)
        for name in ["a.png", "a.mkv"] {
            try ffmpeg("-f lavfi -i testsrc2=s=64x48:r=5:d=0.2 \(scratch.file(name))")
            #expect { try FileSource(scratch.file(name), options: options) } throws: { "\($0)".hasPrefix("--size is for raw frames") }
        }
    }

    @Test func oneNameHoldsOnePicture() throws {
        let scratch = try Scratch()
        let (clip, output) = (scratch.file("a.mp4"), scratch.file("b.png"))
        try ffmpeg("-f lavfi -i testsrc2=s=64x48:r=5:d=1 \(clip)")
        #expect(throws: MediaError.onePictureOnly(output)) { try copy(clip, to: output) }
        #expect(scratch.names == ["a.mp4"])
    }

    @Test func transparencyPassesWhereItCan() throws {
        let scratch = try Scratch()
        let (input, kept, lost) = (scratch.file("a.png"), scratch.file("b.png"), scratch.file("c.mp4"))
        try ffmpeg("-f lavfi -i color=red@0.5:s=32x32,format=rgba -frames:v 1 -update 1 \(input)")
        let log = WarningLog()
        try copy(input, to: kept, warn: log.handler)
        #expect(log.all == [])
        let frame = try #require(try frames(kept).first)
        #expect(try #require(frame.alpha).bytes[40] == 127 && frame.pixels.row(3)[0] >= 253)
        try copy(input, to: lost, warn: log.handler)
        #expect(log.all == [.alphaDropped(codec: "libx264")])
        let dark = try #require(try frames(lost).first)
        #expect(abs(Int(dark.pixels.row(3)[0]) - 127) < 4 && dark.alpha == nil)
    }

    @Test func gifPalettesAreRead() throws {
        let scratch = try Scratch()
        let path = scratch.file("a.gif")
        try ffmpeg("-f lavfi -i testsrc=s=64x48:r=5:d=1 \(path)")
        #expect(try frames(path).count == 5)
        #expect(try copy(path, to: scratch.file("b.mp4")) == 5)
        #expect(try copy(path, to: scratch.file("c.gif")) == 5)
        #expect(try countFrames(scratch.file("c.gif")) == 5)
    }

    /// Muxers would show it as long as the one before it, and play some kinds once.
    @Test(arguments: ["gif", "apng"]) func theLastPictureOfAnAnimationStaysAsLong(kind: String) throws {
        let scratch = try Scratch(), (path, copied) = (scratch.file("a.gif"), scratch.file("b.\(kind)"))
        try ffmpeg("-f lavfi -i testsrc=s=32x32:r=10:d=0.3 -final_delay 200 \(path)")
        try copy(path, to: copied)
        #expect(try probe(copied, "v", packets: "duration_time").compactMap(Double.init) == [0.1, 0.1, 2])
        var options = SinkOptions()
        options.formatOptions["final_delay"] = "3"
        try copy(path, to: scratch.file("own.\(kind)"), sink: options)
        let own = try probe(scratch.file("own.\(kind)"), "v", packets: "duration_time").compactMap(Double.init)
        #expect(own.last == (kind == "gif" ? 0.03 : 3))
    }

    @Test func animatedWebPPlaysForever() throws {
        let scratch = try Scratch(), path = scratch.file("a.webp")
        try ffmpeg("-f lavfi -i testsrc=s=32x32:r=10:d=0.3 \(scratch.file("a.gif"))")
        try copy(scratch.file("a.gif"), to: path)
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path)), chunk = try #require(bytes.range(of: Data("ANIM".utf8)))
        // Size and background, four bytes each, then how often; 0 is forever.
        #expect(bytes[chunk.upperBound + 8..<chunk.upperBound + 10].elementsEqual([0, 0]))
    }

    /// Decoders would keep columns that they are to cut, in steps of their alignment.
    @Test func croppedColumnsAreNotSeen() throws {
        let scratch = try Scratch(), path = scratch.file("a.mp4")
        try ffmpeg("-f lavfi -i testsrc2=s=64x64:r=5:d=0.4 -c:v libx264 -x264-params crop-rect=8,4,2,2 \(path)")
        let frame = try #require(try frames(path).first)
        #expect((frame.pixels.width, frame.pixels.height) == (54, 58))
    }
}

@Suite struct ScalingTests {
    @Test func resizeKeepsTheShapeOnScreen() throws {
        let scratch = try Scratch()
        let path = scratch.file("a.mp4")
        try ffmpeg("-f lavfi -i testsrc2=s=128x96:r=5:d=0.4,setsar=4/3 \(path)")
        var options = SourceOptions()
        options.resize = RequestedSize(width: 64, height: -1)
        let half = try FileSource(path, options: options)
        #expect(half.video.width == 64 && half.video.height == 48 && half.video.sampleAspect == Rational(4, 3))
        options.resize = RequestedSize(width: 128, height: 48)
        let flat = try FileSource(path, options: options)
        #expect(flat.video.sampleAspect == Rational(2, 3))
        let unstated = scratch.file("a.avi"), picture = scratch.file("a.png")
        try ffmpeg("-f lavfi -i testsrc2=s=128x96:r=5:d=0.4,setsar=0 -c:v rawvideo \(unstated)")
        try ffmpeg("-f lavfi -i testsrc2=s=128x96:r=5:d=0.4,setsar=1 -frames:v 1 \(picture)")
        #expect(try FileSource(unstated, options: options).video.sampleAspect == Rational(1, 2))
        #expect(try FileSource(picture, options: options).video.sampleAspect == Rational(1, 1))
        options.resize = RequestedSize(width: 0, height: 48)
        #expect(throws: MediaError.badSize(width: 0, height: 48)) { try FileSource(path, options: options) }
    }

    @Test func scalerMatchesAPlainPicture() throws {
        let scaler = try PixelScaler(from: (64, 48), to: (33, 21))
        let (input, output) = (PixelBuffer(width: 64, height: 48), PixelBuffer(width: 33, height: 21))
        for y in 0..<48 { for x in 0..<64 { for c in 0..<3 { input.row(y)[3 * x + c] = UInt8(40 + 60 * c) } } }
        scaler.scale(input, into: output)
        for y in 0..<21 { for x in 0..<33 { for c in 0..<3 { #expect(Int(output.row(y)[3 * x + c]) == 40 + 60 * c) } } }
    }

    @Test func aSizeChangeIsScaledToTheFirst() throws {
        let scratch = try Scratch()
        let (a, b, both) = (scratch.file("a.h264"), scratch.file("b.h264"), scratch.file("c.h264"))
        try ffmpeg("-f lavfi -i testsrc2=s=64x48:r=5:d=1 -c:v libx264 -bf 0 \(a)")
        try ffmpeg("-f lavfi -i testsrc2=s=64x48:r=5:d=1,scale=128x96 -c:v libx264 -bf 0 \(b)")
        try (Data(contentsOf: URL(fileURLWithPath: a)) + Data(contentsOf: URL(fileURLWithPath: b)))
            .write(to: URL(fileURLWithPath: both))
        let log = WarningLog()
        let all = try frames(both, warn: log.handler)
        #expect(all.count == 10 && all.allSatisfy { $0.pixels.width == 64 })
        #expect(log.all.contains(.sizeChange(from: "64x48", to: "128x96")))
        #expect(difference(all[0].pixels, all[5].pixels).mean.max() ?? 99 < 12)
    }

    @Test func steadyReadingReusesItsBuffers() throws {
        let pool = PixelPool(width: 8, height: 8)
        var held: [PixelBuffer] = []
        for i in 0..<100 {
            held.append(pool.take())
            if i >= 3 { held.removeFirst() }
        }
        #expect(pool.count == 4)
        #expect(Set(held.map { ObjectIdentifier($0) }).count == held.count)
    }
}

@Suite struct HDRTests {
    @Test func toneCurvesKeepGreyGreyAndNeverFallBack() {
        for signal in [
            ToneMapper.Signal(curve: .pq, isWide: true, peak: 1000),
            ToneMapper.Signal(curve: .pq, isWide: true, peak: 4000),
            ToneMapper.Signal(curve: .hlg, isWide: true, peak: 1000),
        ] {
            let mapper = ToneMapper(signal)
            var last = -1
            for code in stride(from: 0, through: 65535, by: 16) {
                let row = [UInt16](repeating: UInt16(code), count: 3)
                var out = [UInt8](repeating: 0, count: 3)
                mapper.map(row, to: &out, width: 1)
                #expect(abs(Int(out[0]) - Int(out[1])) <= 1 && abs(Int(out[1]) - Int(out[2])) <= 1)
                #expect(Int(out[1]) >= last)
                last = Int(out[1])
            }
            #expect(last >= 254)
        }
    }

    @Test func curvesMeetTheirStandards() {
        // ST 2084: 100 cd/m² is signal 0.508, 1000 is 0.752, 10,000 is 1.
        #expect(abs(ToneMapper.pqSignal(0.01) - 0.5081) < 1e-3)
        #expect(abs(ToneMapper.pqSignal(0.1) - 0.7518) < 1e-3)
        for signal: Float in [0, 0.1, 0.5, 0.9, 1] {
            #expect(abs(ToneMapper.pqSignal(ToneMapper.pqLight(signal)) - signal) < 1e-3)
        }
        // BT.2100: HLG 0.5 is 1/12 of the scene's peak, 0.75 is the reference white at 0.265.
        #expect(abs(ToneMapper.hlgLight(0.5) - 1.0 / 12) < 1e-4 && abs(ToneMapper.hlgLight(1) - 1) < 1e-3)
        #expect(abs(ToneMapper.hlgLight(0.75) - 0.265) < 1e-2)
        // Dark tones pass the roll-off untouched, the peak becomes white.
        #expect(ToneMapper.rolledOff(5, peak: 1000) == 5)
        #expect(abs(ToneMapper.rolledOff(1000, peak: 1000) - 203) < 1)
    }

    @Test func lostTransparencyIsSaid() throws {
        let scratch = try Scratch()
        let input = scratch.file("a.mkv")
        try ffmpeg(
            "-f lavfi -i color=red@0.5:s=64x48:r=5:d=0.4,format=yuva444p10le -c:v ffv1"
                + " -colorspace bt2020nc -color_primaries bt2020 -color_trc smpte2084 \(input)")
        let log = WarningLog()
        let all = try frames(input, warn: log.handler)
        #expect(log.all == [.alphaOfHDRDropped, .toneMapped(transfer: "PQ")])
        #expect(all.allSatisfy { $0.alpha == nil })
    }

    @Test func hdrFilesBecomeTaggedSDR() throws {
        let scratch = try Scratch()
        let (input, output) = (scratch.file("a.mkv"), scratch.file("b.mp4"))
        try ffmpeg(
            "-f lavfi -i testsrc2=s=64x48:r=5:d=0.4 -vf format=yuv420p10le -c:v libx265 -x265-params log-level=none"
                + " -colorspace bt2020nc -color_primaries bt2020 -color_trc smpte2084 \(input)")
        let log = WarningLog()
        try copy(input, to: output, warn: log.handler)
        #expect(log.all == [.toneMapped(transfer: "PQ")])
        #expect(
            try probe(output, "v", stream: "color_space,color_transfer,color_primaries") == ["bt709,bt709,bt709"])
    }
}
