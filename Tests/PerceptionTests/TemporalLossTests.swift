import CKernels
import Testing

@testable import Network
@testable import Perception

@Suite struct TemporalLossTests {
    static let motions = [
        Motion(), Motion(shift: SIMD2(3, -2)), Motion(angle: 0.05, zoom: 1.04, centre: 8, shift: SIMD2(1.25, -0.5)),
    ]

    @Test(arguments: motions, LayerTests.sets) func featuresAndTheirGradient(_ motion: Motion, _ isa: tmp_isa) {
        let context = TrainingContext(pool: ThreadPool(threads: 2), isa: isa), memory = MapMemory()
        var noise = SplitMix64(state: 21)
        let x = ReferenceMap(2, 15, 17, 16, values: noise.values(2 * 15 * 17 * 16))
        let map = memory.map(MapShape(images: 2, height: 15, width: 17, channels: 16)), gradient = memory.map(map.shape)
        for (i, value) in x.values.enumerated() { map.base[i] = Float(value) }
        let temporal = TemporalLoss(input: map.shape, context: context)
        let pair = ViewPair(first: 0, second: 1, motion: motion, brightening: memory.floats(15 * 17))
        // The map's pixels stand for single pixels here, so its motion is the pair's.
        let value = temporal.features(map, [pair], scale: 1, weight: 5, gradient: gradient)
        #expect(abs(value - 5 * ReferenceLoss.views(x, motion)) < 1e-5 * value)
        for i in stride(from: 0, to: x.values.count, by: 97) {
            var (up, down) = (x, x)
            up.values[i] += 1e-4
            down.values[i] -= 1e-4
            let slope = 5 * (ReferenceLoss.views(up, motion) - ReferenceLoss.views(down, motion)) / 2e-4
            #expect(
                abs(Double(gradient.base[i]) - slope) < 1e-6 + 1e-3 * abs(slope),
                "at \(i): \(gradient.base[i]), \(slope)")
        }
    }

    @Test func luminanceGradientAndBrightening() {
        let context = TrainingContext(pool: ThreadPool(threads: 2)), memory = MapMemory()
        var noise = SplitMix64(state: 22)
        let shape = MapShape(images: 2, height: 12, width: 14, channels: 3), map = memory.map(shape),
            gradient = memory.map(shape)
        let pair = ViewPair(first: 0, second: 1, motion: Self.motions[2], brightening: memory.floats(shape.pixels))
        for i in 0..<shape.count { map.base[i] = Float(noise.values(1)[0] * 100) }
        for i in 0..<shape.pixels { pair.brightening[i] = Float(noise.values(1)[0] * 10) }
        let temporal = TemporalLoss(input: shape, context: context), scratch = memory.map(shape)
        _ = temporal.luminance(map, [pair], weight: 2, gradient: gradient)
        for i in stride(from: 1, to: shape.count, by: 31) {
            let value = map.base[i]
            map.base[i] = value + 0.5
            let up = temporal.luminance(map, [pair], weight: 2, gradient: scratch)
            map.base[i] = value - 0.5
            let down = temporal.luminance(map, [pair], weight: 2, gradient: scratch)
            map.base[i] = value
            #expect(abs(Double(gradient.base[i]) - (up - down)) < 1e-2 + 2e-2 * abs(up - down), "at \(i)")
        }
        // A second view that is brighter by just what the scene is costs nothing.
        for i in 0..<shape.pixels {
            pair.brightening[i] = Float(i % 7)
            for c in 0..<3 { map.image(1)[3 * i + c] = map.image(0)[3 * i + c] + Float(i % 7) }
        }
        let still = ViewPair(first: 0, second: 1, brightening: pair.brightening)
        #expect(temporal.luminance(map, [still], weight: 1, gradient: scratch) < 1e-6)
    }

    /// A sky that is as bright as can be gets no brighter.
    @Test func brighteningIsWhatTheCropShows() {
        let photo = PixelBuffer(width: 64, height: 64), memory = MapMemory()
        for y in 0..<64 { photo.row(y).update(repeating: y < 32 ? 252 : 2, count: 3 * 64) }
        let map = memory.map(MapShape(images: 2, height: 64, width: 64, channels: 3))
        var pair = ViewPair(first: 0, second: 1, brightening: memory.floats(64 * 64))
        for sample in 0..<12 {
            var random = RandomStream(seed: 5, place: UInt64(sample))
            ViewSampler().draw(&pair, of: photo, at: (0, 0), in: map, &random)
            #expect((0..<64 * 16).allSatisfy { pair.brightening[$0] <= 3.001 })
        }
    }

    @Test func drawnViewsShowOneSceneMoved() {
        let photo = PixelBuffer(width: 150, height: 130), memory = MapMemory()
        // Smooth, so that reading between pixels is exact enough.
        for y in 0..<130 {
            for x in 0..<150 { for c in 0..<3 { photo.row(y)[3 * x + c] = UInt8(20 + (x + (c + 1) * y) / 4 % 200) } }
        }
        let map = memory.map(MapShape(images: 2, height: 64, width: 64, channels: 3))
        var pair = ViewPair(first: 0, second: 1, brightening: memory.floats(64 * 64)), moved = 0
        for sample in 0..<12 {
            var random = RandomStream(seed: 5, place: UInt64(sample))
            let place = (x: random.index(150 - 64 + 1), y: random.index(130 - 64 + 1))
            ViewSampler().draw(&pair, of: photo, at: place, in: map, &random)
            if pair.motion != Motion() { moved += 1 }
            var sum = 0.0, count = 0
            for y in 0..<64 {
                for x in 0..<64 {
                    let at = pair.motion.apply(Double(x), Double(y)),
                        (sx, sy) = (Int(at.x.rounded()), Int(at.y.rounded()))
                    guard (0..<64).contains(sx), (0..<64).contains(sy) else { continue }
                    let (a, b) = (map.row(0, sy) + 3 * sx, map.row(1, y) + 3 * x)
                    let brighter = 0.299 * (b[0] - a[0]) + 0.587 * (b[1] - a[1]) + 0.114 * (b[2] - a[2])
                    sum += Double(brighter - pair.brightening[y * 64 + x])
                    count += 1
                }
            }
            #expect(count > 3000 && abs(sum / Double(count)) < 1, "sample \(sample): \(sum / Double(count))")
        }
        #expect((4...11).contains(moved))
    }
}
