import Foundation
import TestFiles
import Testing

@testable import Network
@testable import Perception

/// Whole runs that end in a picture: painting, dreaming, comparing, reconstructing.
@Suite struct PictureRunTests {
    @Test func largePicturesGoFromCoarseToFine() {
        let one = PictureLevels(width: 512, height: 400, iterations: 500).levels
        #expect(one == [.init(width: 512, height: 400, iterations: 500)])
        let levels = PictureLevels(width: 2001, height: 1000, iterations: 500).levels
        #expect(levels.map(\.width) == [501, 1001, 2001] && levels.map(\.height) == [250, 500, 1000])
        #expect(levels.map(\.iterations) == [285, 142, 73])
        let few = PictureLevels(width: 3000, height: 3000, iterations: 1).levels
        #expect(few.reduce(0) { $0 + $1.iterations } == 1)
    }

    private func job(_ studio: Studio, _ output: String) -> DirectPainting {
        var job = DirectPainting(
            photo: studio.folder + "/photos/1.png", painting: studio.folder + "/painting.png",
            output: "\(studio.folder)/\(output)", vgg: studio.folder + "/vgg.safetensors")
        job.weights = FeatureWeights(
            content: [.relu1_2: 0.7], style: [.relu1_1: 2, .relu1_2: 3], totalVariation: 0.1, range: 0.3)
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
