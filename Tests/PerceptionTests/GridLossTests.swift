import Foundation
import Network
import Testing

@testable import Perception

/// The waves that a network's grid leaves, and the ramps that show them.
@Suite struct GridLossTests {
    private func picture(_ memory: MapMemory, _ level: (_ x: Int, _ y: Int) -> Double) -> Map {
        let map = memory.map(MapShape(images: 2, height: 48, width: 64, channels: 3))
        for image in 0..<2 {
            for y in 0..<48 { for x in 0..<64 { for c in 0..<3 { map.row(image, y)[3 * x + c] = Float(level(x, y)) } } }
        }
        return map
    }

    @Test func measuresTheAmplitudeOfWavesInStep() throws {
        let context = try TrainingContext(threads: 2), memory = MapMemory(), gradient = picture(memory) { _, _ in 0 }
        func loss(_ level: @escaping (Int, Int) -> Double) -> Double {
            GridLoss(input: gradient.shape, context: context).evaluate(picture(memory, level), weight: 1, gradient: gradient)
        }
        #expect(abs(loss { x, _ in 90 + 3 * cos(.pi / 2 * Double(x) + 1) } - 9) < 0.05)
        #expect(abs(loss { _, y in 90 + 2 * cos(.pi * Double(y)) } - 4) < 0.05)
        #expect(loss { x, y in 2 * Double(x) + Double(y) } < 1e-3)
        // As strong, of a period of its own, and with rows out of step.
        #expect(loss { x, _ in 90 + 3 * cos(2 * .pi / 5.5 * Double(x)) } < 0.05)
        #expect(loss { x, y in 90 + 3 * cos(.pi / 2 * Double(x) + .pi / 3 * Double(y)) } < 0.05)
    }

    /// It is quadratic: differences of any length give the slope.
    @Test func gradientIsThatOfTheLoss() throws {
        let context = try TrainingContext(threads: 1), memory = MapMemory(), spare = picture(memory) { _, _ in 0 }
        var noise = SplitMix64(state: 5)
        let x = picture(memory) { _, _ in 0 }, gradient = picture(memory) { _, _ in 0 }
        for i in 0..<x.shape.count { x.base[i] = Float(Double.random(in: 0...255, using: &noise)) }
        let loss = GridLoss(input: x.shape, context: context)
        _ = loss.evaluate(x, weight: 5, gradient: gradient)
        let greatest = (0..<x.shape.count).reduce(0) { max($0, abs(Double(gradient.base[$1]))) }
        for _ in 0..<8 {
            let i = Int.random(in: 0..<x.shape.count, using: &noise), value = x.base[i]
            x.base[i] = value + 100
            let above = loss.evaluate(x, weight: 5, gradient: spare)
            x.base[i] = value - 100
            let below = loss.evaluate(x, weight: 5, gradient: spare)
            x.base[i] = value
            #expect(abs((above - below) / 200 - Double(gradient.base[i])) < 2e-3 * greatest)
        }
    }

    /// One crop in 16 or so, the same ones however often they are drawn, where asked for.
    @Test func someCropsAreRamps() throws {
        let studio = try Studio(), folder = try PhotoFolder(studio.folder + "/photos")
        let shape = MapShape(images: 2, height: 64, width: 64, channels: 3)
        func ramps(_ hasRamps: Bool) throws -> [Int] {
            let stream = PhotoStream(folder, shape: shape, seed: 7, hasRamps: hasRamps)
            return try (0..<60).flatMap { step in
                let photos = try stream.batch(step).photos
                return (0..<2).filter { image in
                    (1..<64).allSatisfy { x in (0..<3).allSatisfy { abs(photos.row(image, 9)[3 * x + $0] - photos.row(image, 9)[3 * x - 3 + $0]) < 10 } }
                }.map { 2 * step + $0 }
            }
        }
        let drawn = try ramps(true)
        #expect((3...15).contains(drawn.count), "\(drawn)")
        #expect(try ramps(true) == drawn)
        #expect(try ramps(false).count < drawn.count)
    }
}
