import Foundation
import TestFiles
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

    @Test func largePicturesGoFromCoarseToFine() {
        let one = PictureLevels(width: 512, height: 400, iterations: 500).levels
        #expect(one == [.init(width: 512, height: 400, iterations: 500)])
        let levels = PictureLevels(width: 2001, height: 1000, iterations: 500).levels
        #expect(levels.map(\.width) == [501, 1001, 2001] && levels.map(\.height) == [250, 500, 1000])
        #expect(levels.map(\.iterations) == [285, 142, 73])
        let few = PictureLevels(width: 3000, height: 3000, iterations: 1).levels
        #expect(few.reduce(0) { $0 + $1.iterations } == 1)
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

    private func job(_ studio: Studio, _ output: String) -> DirectPainting {
        var job = DirectPainting(
            photo: studio.folder + "/photos/1.png", painting: studio.folder + "/painting.png",
            output: "\(studio.folder)/\(output)", vgg: studio.folder + "/vgg.safetensors")
        job.weights = weights
        job.size = .init(width: 50, height: 41)
        job.iterations = 6
        return job
    }

    @Test func paintsTellsAndLogs() throws {
        let studio = try Studio()
        var job = job(studio, "out.png")
        job.pictureEvery = 2
        job.log = studio.folder + "/losses.csv"
        let told = Told()
        let summary = try job.run(report: told.hear)
        let steps = told.progress.map(\.step)
        let wrote = told.wrote.map { String($0.split(separator: "/").last ?? "") }
        #expect(summary.steps == 6 && steps == Array(1...6) && !summary.wasStopped)
        #expect(wrote == ["out-0002.png", "out-0004.png", "out.png"])
        #expect(told.progress.last?.remaining == 0 && told.progress.allSatisfy { $0.width == 50 && $0.height == 41 })
        let rows = try String(contentsOfFile: studio.folder + "/losses.csv", encoding: .utf8).split(separator: "\n")
        #expect(rows.count == 7 && rows[0] + "\n" == PictureLog.header)
        // A picture on the way that cannot be written is no end.
        let way = Told()
        try FileManager.default.removeItem(atPath: studio.folder + "/out-0002.png")
        try FileManager.default.createDirectory(atPath: studio.folder + "/out-0002.png", withIntermediateDirectories: false)
        #expect(try job.run(report: way.hear).steps == 6 && way.missing.count == 1 && way.wrote.count == 2)
        let painted = try Photo(studio.folder + "/out.png").pixels
        #expect(painted.width == 50 && painted.height == 41)
        // From noise, and by Adam: other pictures, each the same again.
        func bytes() throws -> Data { try Data(contentsOf: URL(fileURLWithPath: job.output)) }
        let first = try bytes()
        job.start = .noise
        job.method = .adam(rate: 5)
        _ = try job.run()
        let second = try bytes()
        _ = try job.run()
        #expect(try bytes() == second && second != first)
        job.seed = 2
        _ = try job.run()
        #expect(try bytes() != second)
    }

    @Test func stoppedEarlyLeavesThePictureSoFar() throws {
        let studio = try Studio(), job = job(studio, "stopped.png"), told = Told()
        let summary = try job.run(shouldStop: { told.progress.count == 3 }, report: told.hear)
        #expect(summary.wasStopped && summary.steps == 3)
        #expect(FileManager.default.fileExists(atPath: job.output))
    }

    @Test func badOptionsAreRefusedBeforeAnythingIsWritten() throws {
        let studio = try Studio()
        func refused(_ change: (inout DirectPainting) -> Void) -> String? {
            var job = job(studio, "no.png")
            change(&job)
            do { _ = try job.run() } catch { return "\(error)" }
            return nil
        }
        #expect(refused { $0.iterations = 0 } == "the number of iterations must be 1 to a billion")
        #expect(refused { $0.weights.totalVariation = .nan } == "a weight must be 0 to 1e9")
        #expect(refused { $0.paintings[0].weight = 0 }?.contains("not all of them 0") == true)
        #expect(refused { $0.styleScale = 9 } == "the style scale must be 0.1 to 8")
        #expect(refused { ($0.weights.content, $0.weights.style) = ([:], [:]) } == "name at least one layer")
        #expect(refused { $0.output = studio.folder + "/none/x.png" }?.contains("none/x.png") == true)
        #expect(refused { $0.output = studio.folder + "/picture" }?.contains("not the name of a picture") == true)
        #expect(refused { $0.weights.content = [.relu5_1: 1] }?.contains("conv2_1") == true)
        #expect(try !FileManager.default.contentsOfDirectory(atPath: studio.folder).contains { $0.hasPrefix("no") || $0.contains("partial") })
    }

    @Test func dreamsRespondMore() throws {
        let studio = try Studio(), told = Told()
        var dream = Dream(
            studio.folder + "/photos/1.png", output: studio.folder + "/dream.png", vgg: studio.folder + "/vgg.safetensors")
        dream.layers = [.relu1_2: 1]
        (dream.octaves, dream.iterations, dream.size) = (2, 4, .init(width: 60, height: 50))
        let summary = try dream.run(report: told.hear)
        #expect(summary.steps == 8 && told.progress.map(\.width) == [43, 43, 43, 43, 60, 60, 60, 60])
        #expect(told.progress[3].losses.total < 1.02 * told.progress[0].losses.total)
        #expect(told.progress[3].losses.total < 0)
        #expect(try Photo(dream.output).pixels.width == 60)
    }

    @Test func shiftingGoesRoundInACircle() {
        let (map, there, back) = (noise(7, 5, 20), memory.map(noise(7, 5, 21).shape), noise(7, 5, 22))
        map.copy(to: there, x: 3, y: 2)
        #expect(there.row(0, 2)[9] == map.base[0] && there.base[0] == map.row(0, 3)[12])
        there.copy(to: back, x: 4, y: 3)
        #expect(back.values == map.values)
    }

    @Test func comparesANetworkWithOptimising() throws {
        let studio = try Studio()
        let architecture = Architecture.johnson(name: "johnson-full", width: 8)
        let parameters = ParameterStore(architecture: architecture)
        parameters.randomize(seed: 3)
        let model = Model(architecture: architecture, tensors: parameters.tensors, metadata: [:])
        var comparison = NetworkComparison(
            photo: studio.folder + "/photos/1.png", painting: studio.folder + "/painting.png", model: model,
            figure: studio.folder + "/figure.png", vgg: studio.folder + "/vgg.safetensors")
        (comparison.weights.contentLayer, comparison.weights.styleLayers) = (.relu1_2, [.relu1_1, .relu1_2])
        (comparison.styleSize, comparison.size, comparison.iterations) = (64, .init(width: 64, height: 48), [2, 8])
        let (rows, summary) = try comparison.run()
        #expect(rows.map(\.name) == ["photo", "network", "2 iterations", "8 iterations"] && summary.steps == 8)
        #expect(rows[0].losses.content == 0 && rows[0].seconds == 0)
        #expect(rows[3].losses.total < rows[2].losses.total && rows[2].losses.total < rows[0].losses.total)
        #expect(rows[3].seconds > rows[2].seconds && rows[1].seconds > 0)
        let figure = try Photo(comparison.figure).pixels
        #expect(figure.width == 8 + 3 * 72 && figure.height == 2 * 80 + 8)
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

    /// Early layers keep pixels, late ones meaning: with VGG16 itself, on a small picture.
    @Test func laterLayersKeepLessOfThePixels() throws {
        guard let vgg = Shared.path("vgg16/vgg16_caffe_bgr_conv1-5_f16.safetensors"),
            let photo = Shared.path("photos/heldout/bsds_100007.png")
        else { return }
        let output = NSTemporaryDirectory() + "tempera-\(UUID().uuidString).png"
        defer { try? FileManager.default.removeItem(atPath: output) }
        var job = Reconstruction(
            .content, of: photo, output: output, vgg: vgg, layers: [[.relu1_2], [.relu2_2], [.relu5_1]])
        job.size = .init(width: 96, height: 64)
        job.iterations = 40
        let psnr = try job.run().results.map(\.psnr)
        #expect(psnr[0] > psnr[1] + 2 && psnr[1] > psnr[2] + 2, "\(psnr)")
        let grid = try Photo(output).pixels
        #expect(grid.width > 3 * 96 && grid.height > 2 * 64)
    }
}

/// What a run has said.
private final class Told {
    private(set) var progress: [OptimizationProgress] = []
    private(set) var wrote: [String] = []
    private(set) var missing: [String] = []

    func hear(_ event: OptimizationEvent) {
        switch event {
        case .began, .warning: break
        case .noPicture(let why): missing.append(why)
        case .progress(let step): progress.append(step)
        case .wrote(let path): wrote.append(path)
        }
    }
}
