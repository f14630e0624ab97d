import Foundation
import Network
import Testing

@testable import Media
@testable import Perception

/// What a painted picture keeps of its photo besides the pixels.
@Suite struct PhotoTests {
    /// Left half see-through, in a colour space of its own.
    private func photo(in studio: Studio) throws -> String {
        let path = studio.folder + "/logo.png", (width, height) = (64, 48)
        var profile = [UInt8](repeating: 7, count: 200)
        profile.replaceSubrange(0..<4, with: [0, 0, 0, 200])
        profile.replaceSubrange(16..<20, with: "RGB ".utf8)
        profile.replaceSubrange(36..<40, with: "acsp".utf8)
        let pixels = PixelBuffer.noise(width: width, height: height, seed: 3), alpha = AlphaPlane(width: width, height: height)
        for y in 0..<height { for x in 0..<width / 2 { alpha.bytes[y * width + x] = 0 } }
        let video = VideoFormat(
            width: width, height: height, timeBase: Rational(1, 25), frameRate: nil, profile: ColorProfile(bytes: profile),
            hasAlpha: true)
        let sink = try FileSink(path, video: video)
        try sink.write(.frame(VideoFrame(pixels: pixels, timestamp: 0, duration: 1, alpha: alpha)))
        try sink.finish()
        return path
    }

    @Test func paintedAndDreamtPicturesKeepTransparencyAndProfile() throws {
        let studio = try Studio(), path = try photo(in: studio), vgg = studio.folder + "/vgg.safetensors"
        var painting = DirectPainting(
            photo: path, painting: studio.folder + "/painting.png", output: studio.folder + "/painted.png", vgg: vgg)
        painting.weights = FeatureWeights(content: [.relu1_2: 1], style: [.relu1_1: 1])
        (painting.iterations, painting.pictureEvery, painting.size) = (2, 1, .init(width: 50, height: 40))
        _ = try painting.run()
        var dream = Dream(path, output: studio.folder + "/dreamt.png", vgg: vgg)
        (dream.layers, dream.octaves, dream.iterations, dream.size) = ([.relu1_2: 1], 1, 1, .init(width: 50, height: 40))
        _ = try dream.run()
        for name in ["painted", "painted-0001", "dreamt"] {
            let made = try Photo("\(studio.folder)/\(name).png"), alpha = try #require(made.alpha)
            #expect(made.profile == (try Photo(path).profile) && made.profile != nil)
            #expect(alpha.width == 50 && alpha.bytes[50 * 20 + 10] == 0 && alpha.bytes[50 * 20 + 40] == 255)
        }
    }

    @Test func whatTheFileCannotHoldIsSaid() throws {
        let studio = try Studio()
        let file = try PictureFile(studio.folder + "/small.bmp", width: 32, height: 24, of: Photo(photo(in: studio)))
        let warnings = try file.write(PixelBuffer(width: 32, height: 24))
        #expect(warnings == [.profileLeftOut(codec: "bmp")])
    }
}
