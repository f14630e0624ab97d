import Foundation
import Testing

@testable import Network
@testable import Perception

/// Pictures made by optimising their pixels, with a VGG16 of random weights cut to its first block.
@Suite struct PictureTests {
    private let context = TrainingContext(pool: ThreadPool(threads: 2), pairs: false)
    private let memory = MapMemory()
    private let weights = FeatureWeights(
        content: [.relu1_2: 0.7], style: [.relu1_1: 2, .relu1_2: 3], totalVariation: 0.1, range: 0.3)

    private func noise(_ width: Int, _ height: Int, _ seed: UInt64) -> Map {
        let map = memory.map(MapShape(images: 1, height: height, width: width, channels: 3))
        var noise = SplitMix64(state: seed)
        for (i, value) in noise.values(map.shape.count).enumerated() { map.base[i] = Float(127 + 100 * value) }
        return map
    }

    private func vgg(_ studio: Studio) throws -> VGG16Weights {
        try VGG16Weights(path: studio.folder + "/vgg.safetensors", upTo: .relu1_2)
    }

    private func style(_ painting: Map, _ vgg: VGG16Weights) -> StyleTarget {
        StyleTarget(
            painting: painting, weights: vgg, layers: [.relu1_1, .relu1_2], pooling: .average, context: context)
    }

    @Test func gradientIsThatOfTheLoss() throws {
        let vgg = try vgg(Studio()), picture = noise(19, 14, 1), gradient = noise(19, 14, 2)
        (picture.base[100], picture.base[301]) = (300, -20)
        let objective = FeatureObjective(
            weights, photo: noise(19, 14, 3), style: style(noise(23, 21, 4), vgg), vgg: vgg, pooling: .average,
            context: context)
        let losses = objective.evaluate(picture, gradient: gradient), scratch = memory.map(picture.shape)
        #expect(losses.content > 0 && losses.style > 0 && losses.totalVariation > 0 && losses.pixel > 0)
        let largest = gradient.values.indices.sorted { abs(gradient.base[$0]) > abs(gradient.base[$1]) }
        for i in largest.prefix(8) + [100, 301] {
            let old = picture.base[i], step: Float = 0.25
            picture.base[i] = old + step
            let up = objective.evaluate(picture, gradient: scratch).total
            picture.base[i] = old - step
            let slope = (up - objective.evaluate(picture, gradient: scratch).total) / Double(2 * step)
            picture.base[i] = old
            #expect(abs(slope - Double(gradient.base[i])) < 0.02 * abs(slope), "\(i): \(gradient.base[i]), \(slope)")
        }
    }

    /// What a model is trained for and what direct optimisation makes small is one objective.
    @Test func isTheObjectiveOfTraining() throws {
        let vgg = try vgg(Studio()), photo = noise(32, 32, 5), picture = noise(32, 32, 6)
        var training = LossWeights()
        (training.contentLayer, training.styleLayers) = (.relu1_2, [.relu1_1, .relu1_2])
        let style = style(noise(30, 20, 7), vgg), (one, other) = (memory.map(photo.shape), memory.map(photo.shape))
        let direct = FeatureObjective(
            FeatureWeights(training), photo: photo, style: style, vgg: vgg, pooling: .average, context: context
        ).evaluate(picture, gradient: one)
        let trained = PerceptualObjective(
            training.ofOnePicture, styles: [style], vgg: vgg, pooling: .average, input: photo.shape, context: context
        ).evaluate(picture, Batch(photos: photo), gradient: other)
        #expect(direct == trained)
        #expect(one.values == other.values)
    }

    /// The losses that an optimiser tells are those of the picture it holds, also when its line search went astray last.
    @Test(arguments: [PictureMethod.lbfgs, .adam(rate: 3), .steepest(rate: 1)])
    func lossesAreThoseOfThePicture(method: PictureMethod) throws {
        let vgg = try vgg(Studio()), photo = noise(24, 20, 8), gradient = memory.map(photo.shape)
        let objective = FeatureObjective(
            weights, photo: photo, style: style(noise(24, 20, 9), vgg), vgg: vgg, pooling: .average, context: context)
        let optimizer = PictureOptimizer(photo, objective: objective, method: method, context: context)
        let before = optimizer.losses
        for _ in 0..<12 { optimizer.step() }
        #expect(optimizer.losses.total < before.total)
        #expect(optimizer.losses == objective.evaluate(optimizer.picture, gradient: gradient))
        #expect(optimizer.evaluations >= 13)
    }

    @Test func lbfgsIsBelowAdamAtEqualEvaluations() throws {
        let vgg = try vgg(Studio()), photo = noise(24, 20, 12)
        let objective = FeatureObjective(
            weights, photo: photo, style: style(noise(24, 20, 13), vgg), vgg: vgg, pooling: .average, context: context)
        func loss(_ method: PictureMethod) -> Double {
            let optimizer = PictureOptimizer(photo, objective: objective, method: method, context: context)
            while optimizer.evaluations < 60 { optimizer.step() }
            return optimizer.losses.total
        }
        let lbfgs = loss(.lbfgs)
        for rate in [1.0, 3, 10] { #expect(lbfgs < loss(.adam(rate: rate))) }
    }

    /// Nothing to gain: no step, no harm.
    @Test(arguments: [PictureMethod.lbfgs, .steepest(rate: 2)]) func whatIsDoneStays(method: PictureMethod) throws {
        let vgg = try vgg(Studio()), photo = noise(24, 20, 14)
        let objective = FeatureObjective(
            FeatureWeights(content: [.relu1_2: 1], style: [:], totalVariation: 0), photo: photo,
            style: StyleTarget(grams: [:]), vgg: vgg, pooling: .average, context: context)
        let optimizer = PictureOptimizer(photo, objective: objective, method: method, context: context)
        optimizer.step()
        #expect(optimizer.hasConverged && optimizer.evaluations <= 2)
        #expect(optimizer.picture.values == photo.values)
        var run = OptimizationRun([(photo.shape, 9)], shouldStop: { false }, report: { _ in })
        try run.optimize(optimizer, iterations: 9)
        #expect(run.summary.steps == 0 && !run.summary.wasStopped)
    }

    @Test func aBlendLiesBetweenItsPaintings() throws {
        let vgg = try vgg(Studio())
        let (a, b) = (style(noise(20, 20, 10), vgg), style(noise(20, 20, 11), vgg))
        let blend = StyleTarget(blending: [(a, 3), (b, 1)])
        for (layer, gram) in blend.grams {
            let wanted = zip(a.grams[layer] ?? [], b.grams[layer] ?? []).map { 0.75 * $0 + 0.25 * $1 }
            #expect(zip(gram, wanted).allSatisfy { abs($0 - $1) <= 1e-5 * abs($1) })
        }
    }

    @Test func originalColorsKeepChromaAndPaintLight() {
        let (painted, photo) = (PixelBuffer(width: 2, height: 1), PixelBuffer(width: 2, height: 1))
        for (i, value) in [150, 150, 150, 250, 250, 250].enumerated() { painted.row(0)[i] = UInt8(value) }
        for (i, value) in [200, 100, 50, 255, 0, 0].enumerated() { photo.row(0)[i] = UInt8(value) }
        let made = painted.withColors(of: photo), result = made.row(0)
        func luma(_ x: Int) -> Double {
            0.299 * Double(result[3 * x]) + 0.587 * Double(result[3 * x + 1]) + 0.114 * Double(result[3 * x + 2])
        }
        #expect(abs(luma(0) - 150) < 1 && abs(luma(1) - 250) < 1)
        #expect(Int(result[0]) - Int(result[1]) == 100 && Int(result[1]) - Int(result[2]) == 50)
        // Red that bright is a pale one, still red.
        #expect(result[3] == 255 && result[4] == result[5] && result[4] > 240)
    }

    @Test func whatDoesNotFitIsRefusedWithWhatDoes() throws {
        let plan = OptimizationMemory(
            weights: FeatureWeights(), method: .lbfgs, threads: 2, usesPairs: true)
        let gigabytes = Double(plan.bytes(width: 1024, height: 1024)) / 1e9
        #expect(gigabytes > 2 && gigabytes < 4)
        try plan.check(width: 1024, height: 1024, available: 4_000_000_000)
        do {
            try plan.check(width: 3000, height: 2000, available: 4_000_000_000)
            Issue.record("3000x2000 in 4 GB")
        } catch NetworkError.doesNotFit(3000, 2000, _, _, let fits?) {
            #expect(abs(Double(fits.width) / Double(fits.height) - 1.5) < 0.01)
            #expect(plan.bytes(width: fits.width, height: fits.height) <= 4_000_000_000)
            #expect(plan.bytes(width: fits.width + 12, height: fits.height + 8) > 4_000_000_000)
        }
        #expect(throws: OptimizationError.tooSmall(width: 31, height: 400, least: 32)) {
            try plan.check(width: 31, height: 400)
        }
    }

    @Test func mirroringAndCroppingGiveThePictureBack() {
        let picture = PixelBuffer(noise(20, 13, 30)), wide = picture.mirrored(beyond: 8), back = wide.cropped(by: 8)
        #expect(wide.width == 36 && wide.height == 29)
        #expect(wide.row(8)[3 * 7] == picture.row(0)[3 * 1] && wide.row(28)[3 * 9] == picture.row(4)[3 * 1])
        #expect((0..<13).allSatisfy { y in (0..<60).allSatisfy { back.row(y)[$0] == picture.row(y)[$0] } })
    }

    @Test func shiftingGoesRoundInACircle() {
        let (map, there, back) = (noise(7, 5, 20), memory.map(noise(7, 5, 21).shape), noise(7, 5, 22))
        map.copy(to: there, x: 3, y: 2)
        #expect(there.row(0, 2)[9] == map.base[0] && there.base[0] == map.row(0, 3)[12])
        there.copy(to: back, x: 4, y: 3)
        #expect(back.values == map.values)
    }

    /// White noise of a known deviation on grey is found again; slopes and strong edges are none.
    @Test func noiseIsMeasuredWhereThePhotoIsFlat() throws {
        let (photo, noisy, sloped) = (
            PixelBuffer(width: 120, height: 80), PixelBuffer(width: 120, height: 80), PixelBuffer(width: 120, height: 80)
        )
        var random = RandomStream(seed: 4, place: 1)
        for y in 0..<80 {
            for x in 0..<120 {
                let level = 4 * random.normal()
                for c in 0..<3 {
                    photo.row(y)[3 * x + c] = x < 60 ? 90 : UInt8(random.next() % 256)
                    noisy.row(y)[3 * x + c] = UInt8(128 + level.rounded())
                    sloped.row(y)[3 * x + c] = UInt8(x + y)
                }
            }
        }
        let noise = FlatNoise(photo: photo)
        // Of luma, which spans 219 of 255 levels.
        #expect(abs(try #require(noise.deviation(of: noisy)) - 4 * 219 / 255) < 0.25)
        #expect(try #require(noise.deviation(of: sloped)) < 0.01)
        #expect(FlatNoise(photo: PixelBuffer(width: 5, height: 5)).deviation(of: photo) == nil)
    }
}
