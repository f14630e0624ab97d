import Foundation
import Testing

@testable import Network
@testable import Perception

/// What runs begin with, and what becomes of them on the way.
@Suite struct TrainingStageTests {
    /// A model for one scale is a start for the other.
    @Test func upscalersAreTrainedAndServeAsStarts() throws {
        let studio = try Studio()
        func options(_ name: String, scale: Int, rate: Double) -> TrainingOptions {
            var options = TrainingOptions(
                scale: scale, weights: .pixel, photos: studio.folder + "/photos", vgg: "",
                output: "\(studio.folder)/\(name).safetensors")
            options.length = .iterations(12)
            (options.batch, options.crop, options.rate, options.previewEvery) = (2, 64, rate, 0)
            return options
        }
        let first = options("x4", scale: 4, rate: 1e-3)
        let summary = try TrainingRun(first).run(shouldStop: { false }, report: { _ in })
        #expect(summary.losses.pixel > 0 && summary.losses.style == 0)
        var second = options("x2", scale: 2, rate: 1e-7)
        second.initial = first.output
        _ = try TrainingRun(second).run(shouldStop: { false }, report: { _ in })
        let four = try studio.bytes("x4"), two = try studio.bytes("x2")
        let (a, b) = (four["res3.conv1.conv2d.weight"] ?? [], two["res3.conv1.conv2d.weight"] ?? [])
        #expect(!a.isEmpty && zip(a, b).allSatisfy { abs($0 - $1) < 1e-3 })
        #expect(try Model.load(second.output).architecture == .upscaler(2))
        // Only a style has views of one scene in pairs.
        (second.batch, second.overwrite) = (3, true)
        #expect(throws: Never.self) { try TrainingRun(second) }
    }

    /// A run with coarse weights is stopped and goes on with the exact ones; its file holds few numbers, exact in float16.
    @Test func coarseWeightsAreFewNumbersAndAreResumed() throws {
        let studio = try Studio()
        var options = studio.options("fine", iterations: 40)
        _ = try TrainingRun(options).run(shouldStop: { false }, report: { _ in })
        options.weightStep = 0.5
        options.output = studio.folder + "/whole.safetensors"
        _ = try TrainingRun(options).run(shouldStop: { false }, report: { _ in })
        options.output = studio.folder + "/parts.safetensors"
        _ = try TrainingRun(options).run(to: 30)
        options.resume = true
        _ = try TrainingRun(options).run(shouldStop: { false }, report: { _ in })
        #expect(try studio.bytes("parts") == studio.bytes("whole"))
        for (name, count) in [("whole", 2...20), ("fine", 1000...9999)] {
            let weights = try studio.bytes(name)["res2.conv1.conv2d.weight"] ?? []
            #expect(count.contains(Set(weights).count), "\(name): \(Set(weights).count) of \(weights.count)")
        }
        #expect(Set(try studio.bytes("whole")["res2.in1.weight"] ?? []).count > 20)
    }

    @Test func weightsAreRoundedToAPowerOfTwoNearTheirDeviation() {
        let values: [Float] = [-0.9, -0.3, 0.1, 0.26, 0.8], zeros: [Float] = [0, 0]
        var rounded = [Float](repeating: 9, count: 5), same = [Float](repeating: 9, count: 2)
        let rounding = WeightRounding(step: 0.5)
        // Their deviation is 0.57: half of it is nearest to a quarter.
        values.withUnsafeBufferPointer { from in
            rounded.withUnsafeMutableBufferPointer { to in to.baseAddress.map { rounding?.round(from, into: $0) } }
        }
        zeros.withUnsafeBufferPointer { from in
            same.withUnsafeMutableBufferPointer { to in to.baseAddress.map { rounding?.round(from, into: $0) } }
        }
        #expect(rounded == [-1, -0.25, 0, 0.25, 0.75] && same == zeros)
        #expect(WeightRounding(step: 0) == nil)
    }

    @Test func aRunStartsFromAModelOfItsNetwork() throws {
        let studio = try Studio()
        var options = studio.options("first", iterations: 3)
        options.architecture = .live(widths: [16, 16], residuals: 1)
        _ = try TrainingRun(options).run(shouldStop: { false }, report: { _ in })
        options.output = studio.folder + "/second.safetensors"
        options.initial = studio.folder + "/first.safetensors"
        let run = try TrainingRun(options), first = try Model.load(studio.folder + "/first.safetensors")
        #expect(run.trainer.parameters.tensors == first.tensors)
        _ = try run.run(shouldStop: { false }, report: { _ in })
        #expect(try studio.bytes("second") != studio.bytes("first"))
        options.initial = studio.folder + "/missing.safetensors"
        #expect(throws: TrainingError.self) { try TrainingRun(options) }
    }

    @Test func aModelOfAnotherNetworkIsImitatedForAQuarterOfTheRun() throws {
        let studio = try Studio()
        var options = studio.options("teacher", iterations: 2)
        options.architecture = .live(widths: [16, 16], residuals: 1)
        _ = try TrainingRun(options).run(shouldStop: { false }, report: { _ in })
        options = studio.options("whole", iterations: 60)
        options.architecture = .live(widths: [16], residuals: 1)
        options.initial = studio.folder + "/teacher.safetensors"
        _ = try TrainingRun(options).run(shouldStop: { false }, report: { _ in })
        let rows = try String(contentsOfFile: studio.folder + "/whole.losses.csv", encoding: .utf8)
            .split(separator: "\n").compactMap(LossLog.Row.init)
        #expect(rows.count == 60)
        for row in rows {
            #expect((row.losses.imitation > 0) == (row.step <= 15) && (row.losses.content > 0) == (row.step > 15))
        }
        #expect(rows[14].losses.imitation < 0.7 * rows[0].losses.imitation)

        // Stopped in either part, it comes to the same.
        options.output = studio.folder + "/parts.safetensors"
        for stop in [9, 44, 60] {
            _ = try TrainingRun(options).run(to: stop)
            options.resume = true
        }
        #expect(try studio.bytes("parts") == studio.bytes("whole"))
    }

    /// A step on small crops costs less, and the run is one: it stops and goes on in either stage.
    @Test func aStyleIsLearntOnSmallCropsAndFinishedOnWholeOnes() throws {
        let studio = try Studio()
        var options = studio.options("whole", iterations: 10)
        options.architecture = .live(widths: [16], residuals: 1)
        (options.crop, options.smallShare, options.weights.temporal) = (256, 0.7, 1)
        let run = try TrainingRun(options)
        #expect(run.trainer.network.input.width == 256)
        _ = try run.run(shouldStop: { false }, report: { _ in })
        options.output = studio.folder + "/parts.safetensors"
        for stop in [3, 8, 10] {
            _ = try TrainingRun(options).run(to: stop)
            options.resume = true
        }
        #expect(try studio.bytes("parts") == studio.bytes("whole"))
        (options.output, options.smallShare, options.resume) = (studio.folder + "/large.safetensors", 0, false)
        _ = try TrainingRun(options).run(shouldStop: { false }, report: { _ in })
        #expect(try studio.bytes("large") != studio.bytes("whole"))
    }

    /// What is imitated at first has no place among the losses that follow, nor does it stretch their scale.
    @Test func aCurveEndsWhereItsLossDoes() {
        let rows = (1...100).map { step in
            var losses = Losses()
            if step <= 50 { losses.imitation = 1e3 } else { losses.content = 2e5 }
            return LossLog.Row(step: step, seconds: 0, rate: 0, painting: 0, losses: losses)
        }
        let picture = LossCurve.draw(rows, total: 100).pixels
        func columns(_ color: [UInt8]) -> [Int] {
            (81..<750).filter { x in
                (20...462).contains { y in (0..<3).allSatisfy { picture.row(y)[3 * x + $0] == color[$0] } }
            }
        }
        let imitation = columns([150, 60, 150]), content = columns([30, 110, 190])
        #expect(imitation.first == 87 && imitation.last == 410)
        #expect(content.first == 417 && content.last == 740)
    }

    @Test func bothKindsOfVGGFilesGiveTheSameFeatures() throws {
        let studio = try Studio()
        let caffe = try SafeTensors(path: studio.folder + "/vgg.safetensors"),
            first = try caffe.values("conv1_1.weight")
        // The same layer for RGB 0…1, normalised.
        let deviation: [Float] = [0.229, 0.224, 0.225]
        let tensors = try ["conv1_1": "features.0", "conv1_2": "features.2"].flatMap { from, to in
            let values = try caffe.values(from + ".weight")
            return [
                Tensor(
                    name: to + ".weight", shape: from == "conv1_1" ? [64, 3, 3, 3] : [64, 64, 3, 3],
                    values: from == "conv1_2"
                        ? values
                        : first.indices.map {
                            first[$0 / 27 * 27 + (2 - $0 / 9 % 3) * 9 + $0 % 9] * 255 * deviation[$0 / 9 % 3]
                        }),
                Tensor(name: to + ".bias", shape: [64], values: try caffe.values(from + ".bias")),
            ]
        }
        try SafeTensors.write(tensors, to: studio.folder + "/torchvision.safetensors")
        let a = try VGG16Weights(path: studio.folder + "/vgg.safetensors", upTo: .relu1_2)
        let b = try VGG16Weights(path: studio.folder + "/torchvision.safetensors", upTo: .relu1_2)
        #expect(zip(a.weights[.relu1_1] ?? [], b.weights[.relu1_1] ?? []).allSatisfy { abs($0 - $1) < 1e-6 })
        #expect(zip(a.mean, b.mean).allSatisfy { abs($0 - $1) < 0.6 })
        #expect(throws: WeightsError.self) {
            try VGG16Weights(path: studio.folder + "/vgg.safetensors", upTo: .relu2_1)
        }
    }
}
