import Foundation
import Testing

@testable import Network
@testable import Perception

/// Whole runs on small crops, with a VGG16 of random weights cut to its first block.
@Suite struct TrainingRunTests {
    /// A folder of its own with photos, a painting and VGG weights; removed with the object.
    final class Studio {
        let folder: String

        init(photos: Int = 5) throws {
            folder = NSTemporaryDirectory() + "tempera-training-\(UUID().uuidString)"
            try FileManager.default.createDirectory(atPath: folder + "/photos/more", withIntermediateDirectories: true)
            var noise = SplitMix64(state: 11)
            for i in 0..<photos {
                try Self.picture(80 + 9 * i, 100, &noise).write(folder + "/photos/\(i % 2 == 0 ? "more/" : "")\(i).png")
            }
            try Self.picture(90, 70, &noise).write(folder + "/painting.png")
            try Self.vgg(["conv1_1", "conv1_2"], to: folder + "/vgg.safetensors")
        }

        deinit { try? FileManager.default.removeItem(atPath: folder) }

        private static func picture(_ width: Int, _ height: Int, _ noise: inout SplitMix64) -> Canvas {
            let canvas = Canvas(width: width, height: height)
            for _ in 0..<40 {
                let (x, y) = (Int.random(in: 0..<width, using: &noise), Int.random(in: 0..<height, using: &noise))
                let color = (
                    UInt8.random(in: 0...255, using: &noise), UInt8.random(in: 0...255, using: &noise), UInt8(99)
                )
                for dy in 0..<20 { for dx in 0..<20 { canvas.set(x + dx, y + dy, color) } }
            }
            return canvas
        }

        static func vgg(_ names: [String], to path: String) throws {
            var noise = SplitMix64(state: 12)
            let tensors = zip(names, [3, 64]).flatMap { name, inputs in
                [
                    Tensor(
                        name: name + ".weight", shape: [64, inputs, 3, 3],
                        values: noise.values(64 * inputs * 9).map { Float($0) * 0.1 }),
                    Tensor(name: name + ".bias", shape: [64], values: noise.values(64).map(Float.init)),
                ]
            }
            try SafeTensors.write(tensors, to: path)
        }

        func options(_ output: String, iterations: Int) -> TrainingOptions {
            var options = TrainingOptions(
                painting: folder + "/painting.png", photos: folder + "/photos", vgg: folder + "/vgg.safetensors",
                output: "\(folder)/\(output).safetensors")
            options.architecture = .johnson(name: "johnson-full", width: 8)
            options.length = .iterations(iterations)
            options.batch = 2
            options.crop = 64
            options.rate = 1e-3
            options.styleSize = 64
            options.weights.styleLayers = [.relu1_1, .relu1_2]
            options.weights.contentLayer = .relu1_2
            options.weights.temporal = 0
            options.previewEvery = 0
            return options
        }

        func bytes(_ output: String) throws -> [String: [Float]] {
            let file = try SafeTensors(path: "\(folder)/\(output).safetensors")
            return Dictionary(uniqueKeysWithValues: try file.entries.map { ($0.name, try file.values($0.name)) })
        }
    }

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

    @Test func sameSeedSameWeightsWhateverTheThreads() throws {
        let studio = try Studio()
        for (name, seed, threads) in [("a", 3, 1), ("b", 3, 2), ("c", 4, 2)] {
            var options = studio.options(name, iterations: 4)
            options.seed = UInt64(seed)
            options.threads = threads
            options.weights.temporal = 1
            _ = try TrainingRun(options).run(shouldStop: { false }, report: { _ in })
        }
        #expect(try studio.bytes("a") == studio.bytes("b"))
        #expect(try studio.bytes("a") != studio.bytes("c"))
    }

    @Test func stopAndResumeEqualsUninterrupted() throws {
        let studio = try Studio()
        let whole = try TrainingRun(studio.options("whole", iterations: 60)).run(
            shouldStop: { false }, report: { _ in })
        #expect(whole.checkpoint == nil && whole.steps == 60)

        var options = studio.options("parts", iterations: 60)
        let first = try TrainingRun(options).run(to: 33)
        #expect(first.steps == 33)
        let checkpoint = try #require(first.checkpoint)
        #expect(FileManager.default.fileExists(atPath: checkpoint))
        #expect(try studio.bytes("parts") != studio.bytes("whole"))

        options.resume = true
        var begins = -1
        _ = try TrainingRun(options).run(shouldStop: { false }) {
            if case .began(_, let start, _, _) = $0 { begins = start }
        }
        #expect(begins == 25)
        #expect(try studio.bytes("parts") == studio.bytes("whole"))
        #expect(!FileManager.default.fileExists(atPath: checkpoint))
        let rows = try String(contentsOfFile: studio.folder + "/parts.losses.csv", encoding: .utf8).split(
            separator: "\n")
        #expect(rows.count == 61)
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

    @Test func whatIsThereIsNotReplacedUnasked() throws {
        let studio = try Studio()
        var options = studio.options("run", iterations: 3)
        _ = try TrainingRun(options).run(to: 2)
        func refusal() -> String { (try? #require(throws: TrainingError.self) { try TrainingRun(options) })?.description ?? "" }
        #expect(refusal().hasSuffix("add --resume to go on from it, or -y to begin anew"))
        options.resume = true
        options.length = .iterations(4)
        #expect(refusal().contains("a run with iterations 3, not iterations 4"))
        options.length = .iterations(3)
        _ = try TrainingRun(options).run(to: 3)
        options.resume = false
        #expect(refusal() == "\(options.output): exists; add -y to overwrite it")
        options.overwrite = true
        _ = try TrainingRun(options)
        options.output = studio.folder + "/painting.png"
        #expect(refusal().contains("is read by this run"))
        options.output = studio.folder
        #expect(refusal().contains("is a folder"))
        (options.output, options.batch, options.crop) = (studio.folder + "/large.safetensors", 64, 4096)
        #expect(refusal().contains("give a smaller --batch or --crop"))
    }

    @Test func aRunOfOtherOptionsIsNotResumed() throws {
        let studio = try Studio()
        var options = studio.options("run", iterations: 40)
        _ = try TrainingRun(options).run(to: 2)
        options.resume = true
        options.weights.style = 7
        #expect { try TrainingRun(options) } throws: { "\($0)".contains("style-weight 8.0, not style-weight 7.0") }
        options.output = studio.folder + "/other.safetensors"
        #expect { try TrainingRun(options) } throws: { "\($0)".contains("no checkpoint") }
    }

    @Test func trainingLowersTheLoss() throws {
        let studio = try Studio()
        var losses: [Double] = []
        _ = try TrainingRun(studio.options("run", iterations: 100)).run(shouldStop: { false }) {
            if case .progress(let p) = $0 { losses.append(p.losses.total) }
        }
        #expect(losses[99] < 0.8 * losses[0], "\(losses)")
    }

    @Test func unreadablePhotosAreSkippedAndCounted() throws {
        let studio = try Studio(photos: 2)
        for name in ["broken.jpg", "empty.png"] {
            try Data((name == "empty.png" ? "" : "no picture").utf8).write(
                to: URL(fileURLWithPath: "\(studio.folder)/photos/\(name)"))
        }
        var names: [String] = []
        let summary = try TrainingRun(studio.options("run", iterations: 8)).run(shouldStop: { false }) {
            if case .unreadable(let new) = $0 { names += new }
        }
        #expect(summary.unreadablePhotos == 2 && names.sorted() == ["broken.jpg", "empty.png"])

        try FileManager.default.removeItem(atPath: studio.folder + "/photos/more")
        try FileManager.default.removeItem(atPath: studio.folder + "/photos/1.png")
        #expect {
            try TrainingRun(studio.options("none", iterations: 8)).run(shouldStop: { false }, report: { _ in })
        } throws: {
            if case TrainingError.noReadablePhotos = $0 { true } else { false }
        }
    }

    @Test func aDivergingRunStepsBackAndSaysSo() throws {
        let studio = try Studio()
        var options = studio.options("run", iterations: 60)
        // Beyond float32 from the first step: no rate can help.
        options.weights.content = 1e38
        var rates: [Double] = []
        #expect {
            try TrainingRun(options).run(shouldStop: { false }) {
                if case .steppedBack(_, _, let r) = $0 { rates.append(r) }
            }
        } throws: {
            if case TrainingError.diverged = $0 { true } else { false }
        }
        #expect(rates.count == 8 && zip(rates, rates.dropFirst()).allSatisfy { abs($0 / $1 - 2) < 1e-9 })
    }

    @Test func aRunThatStepsBackRecovers() throws {
        let studio = try Studio(), run = try TrainingRun(studio.options("run", iterations: 60))
        var back: [(from: Int, to: Int, rate: Double)] = [], last: (step: Int, loss: Double) = (0, .nan), poisoned = false
        let summary = try run.run(shouldStop: { false }) { event in
            switch event {
            case .steppedBack(let from, let to, let rate): back.append((from, to, rate))
            case .progress(let p):
                last = (p.step, p.losses.total)
                // Once, as a bad update would: the next step's losses are not numbers.
                if p.step == 40, !poisoned {
                    poisoned = true
                    run.trainer.parameters.values[0] = .nan
                }
            default: break
            }
        }
        #expect(back.count == 1 && back.first?.from == 41 && back.first?.to == 25)
        #expect(summary.steps == 60 && last.step == 60 && last.loss.isFinite && run.trainer.parameters.isFinite)
        // The log has every step once, and the rates after the step back are half of those before.
        let rows = try String(contentsOfFile: studio.folder + "/run.losses.csv", encoding: .utf8).split(separator: "\n")
            .dropFirst().map { $0.split(separator: ",").compactMap { Double($0) } }
        #expect(rows.map { Int($0[0]) } == Array(1...60))
        let learningRate = LearningRate(peak: 1e-3, total: 60)
        for row in rows {
            let factor = row[0] > 25 ? 0.5 : 1
            #expect(abs(row[2] / (learningRate.at(Int(row[0]) - 1) * factor) - 1) < 1e-4)
        }
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
            return LossLog.Row(step: step, seconds: 0, rate: 0, losses: losses)
        }
        let picture = LossCurve.draw(rows, total: 100).pixels
        func columns(_ color: [UInt8]) -> [Int] {
            (81..<690).filter { x in
                (20...462).contains { y in (0..<3).allSatisfy { picture.row(y)[3 * x + $0] == color[$0] } }
            }
        }
        let imitation = columns([150, 60, 150]), content = columns([30, 110, 190])
        #expect(imitation.first == 88 && imitation.last == 480)
        #expect(content.first == 488 && content.last == 689)
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

extension TrainingRun {
    /// Runs until `last` steps are done, as if it were then stopped.
    fileprivate func run(to last: Int) throws -> TrainingSummary {
        var step = 0
        return try run(shouldStop: { step >= last }) { if case .progress(let progress) = $0 { step = progress.step } }
    }
}
