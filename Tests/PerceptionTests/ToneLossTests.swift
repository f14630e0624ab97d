import Network
import Testing

@testable import Perception

/// Light and dark where the photo has them.
@Suite struct ToneLossTests {
    private let shape = MapShape(images: 2, height: 64, width: 80, channels: 3)
    private let memory = MapMemory()
    private let context: TrainingContext

    init() throws { context = try TrainingContext(threads: 2) }

    private func picture(_ level: (_ x: Int, _ y: Int) -> Float) -> Map {
        let map = memory.map(shape)
        for image in 0..<2 {
            for y in 0..<64 { for x in 0..<80 { for c in 0..<3 { map.row(image, y)[3 * x + c] = level(x, y) } } }
        }
        return map
    }

    private func loss(_ painting: Map, of photo: Map, gradient: Map? = nil) -> Double {
        ToneLoss(input: shape, context: context)
            .evaluate(painting, of: photo, weight: 3, gradient: gradient ?? memory.map(shape))
    }

    @Test func asksForTheOrderOfLightAndDarkAlone() {
        let ramp = picture { x, y in 40 + 2 * Float(x) + Float(y) }
        #expect(loss(ramp, of: ramp) < 1e-2)
        #expect(loss(picture { x, y in 200 + Float(x) + Float(y) / 2 }, of: ramp) < 1e-2)
        #expect(abs(loss(picture { x, y in -2 * Float(x) - Float(y) }, of: ramp) - 6) < 1e-2)
        #expect(abs(loss(picture { _, _ in 77 }, of: ramp) - 3) < 1e-2)
        // Strokes within a block, and a photo that has no light and dark.
        #expect(loss(picture { x, y in 40 + 2 * Float(x) + Float(y) + (x % 2 == 0 ? 50 : -50) }, of: ramp) < 1e-2)
        #expect(loss(ramp, of: picture { _, _ in 200 }) < 1e-6)
    }

    @Test func gradientIsThatOfTheLoss() {
        var noise = SplitMix64(state: 5)
        let photo = picture { _, _ in Float.random(in: 0...255, using: &noise) }
        let painting = picture { _, _ in Float.random(in: 0...255, using: &noise) }, gradient = memory.map(shape)
        _ = loss(painting, of: photo, gradient: gradient)
        for i in stride(from: 7, to: shape.count, by: 1009) {
            let value = painting.base[i]
            painting.base[i] = value + 8
            let above = loss(painting, of: photo)
            painting.base[i] = value - 8
            let below = loss(painting, of: photo)
            painting.base[i] = value
            #expect(abs((above - below) / 16 - Double(gradient.base[i])) < 2e-6 + 2e-2 * abs(above - below) / 16, "at \(i)")
        }
    }
}
