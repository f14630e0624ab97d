import Foundation
import Testing

@testable import Network
@testable import Perception

/// Whole runs on small crops: their ends, what they leave, and that they can be had again.
@Suite struct TrainingRunTests {
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
        #expect(begins == 33)
        #expect(try studio.bytes("parts") == studio.bytes("whole"))
        #expect(!FileManager.default.fileExists(atPath: checkpoint))
        let rows = try String(contentsOfFile: studio.folder + "/parts.losses.csv", encoding: .utf8).split(
            separator: "\n")
        #expect(rows.count == 61)

        options = studio.options("again", iterations: 60)
        let run = try TrainingRun(options)
        _ = try run.run(to: 33)
        let last = try run.run(to: 60)
        #expect(last.steps == 60 && last.checkpoint == nil)
        #expect(try studio.bytes("again") == studio.bytes("whole"))
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
        try FileManager.default.copyItem(atPath: studio.folder + "/painting.png", toPath: studio.folder + "/a.preview.png")
        (options.output, options.goal) = (studio.folder + "/a", .style(paintings: [studio.folder + "/a.preview.png"]))
        #expect(refusal().hasPrefix("\(studio.folder)/a.preview.png: cannot be written: it is read by this run"))
        (options.output, options.batch, options.crop) = (studio.folder + "/large.safetensors", 64, 4096)
        #expect(refusal().contains("give a smaller --batch or --crop"))
    }

    /// Memory that was planned elsewhere, however much, is no reason to refuse a run.
    @Test func onlyARunsOwnPlanCounts() throws {
        let studio = try Studio(), other = MapMemory()
        _ = other.floats(1 << 40)
        #expect(throws: Never.self) { try TrainingRun(studio.options("run", iterations: 1)) }
        let tally = MapMemory.Tally()
        MapMemory.$tally.withValue(tally) {
            _ = MapMemory().floats(1 << 20)
            let kept = MapMemory()
            _ = kept.floats(1 << 10)
            withExtendedLifetime(kept) { #expect(tally.bytes == 4 << 10) }
        }
    }

    @Test func aRunOfOtherOptionsIsNotResumed() throws {
        let studio = try Studio()
        var options = studio.options("run", iterations: 40)
        _ = try TrainingRun(options).run(to: 2)
        options.resume = true
        options.weights.style = 7
        #expect { try TrainingRun(options) } throws: { "\($0)".contains("style-weight 8.0, not style-weight 7.0") }
        options.weights.style = 8
        try FileManager.default.removeItem(atPath: studio.folder + "/painting.png")
        try FileManager.default.copyItem(atPath: studio.folder + "/photos/1.png", toPath: studio.folder + "/painting.png")
        #expect { try TrainingRun(options) } throws: { "\($0)".contains("belongs to a run with file painting.png ") }
        options.output = studio.folder + "/other.safetensors"
        #expect { try TrainingRun(options) } throws: { "\($0)".contains("no checkpoint") }
        (options.resume, options.architecture) = (false, .live(widths: [16, 3], residuals: 1))
        #expect { try TrainingRun(options) } throws: { "\($0)".contains("inner maps have more than three channels") }
        options.architecture = .johnson(name: "mine", width: 8)
        #expect { try TrainingRun(options) } throws: { "\($0)".contains("one that a model's file can name") }
    }

    /// What a run left and somebody spoilt is refused or left out; photos may have changed since, and lie behind a link.
    @Test func spoiltFilesEndNoRunBadly() throws {
        let studio = try Studio()
        var options = studio.options("run", iterations: 30)
        try Canvas(width: 900, height: 2).write(studio.folder + "/photos/banner.png")
        try FileManager.default.createSymbolicLink(atPath: studio.folder + "/link", withDestinationPath: studio.folder + "/photos")
        (options.photos, options.previewEvery) = (studio.folder + "/link", 20)
        let first = try TrainingRun(options).run(to: 26), checkpoint = try #require(first.checkpoint)
        let log = try FileHandle(forWritingTo: URL(fileURLWithPath: studio.folder + "/run.losses.csv"))
        try log.seekToEnd()
        let fields = LossLog.header.split(separator: ",").count
        try log.write(contentsOf: Data("20,\(Array(repeating: "nan", count: fields - 1).joined(separator: ","))\n".utf8))
        options.resume = true
        let again = try TrainingRun(options).run(to: 0)
        // The mean of all steps, not of those since it went on.
        #expect(abs(again.losses.style / first.losses.style - 1) < 1e-4)
        var state = try SafeTensors(path: checkpoint).metadata
        state["step"] = "31"
        let short = ["values", "first_moments", "second_moments"].map { Tensor(name: $0, shape: [1], values: [0]) }
        try SafeTensors.write(short, metadata: state, to: checkpoint)
        #expect { try TrainingRun(options) } throws: { "\($0)".contains("no checkpoint") }
        try FileManager.default.removeItem(atPath: studio.folder + "/photos/banner.png")
        #expect { try TrainingRun(options) } throws: { "\($0)".contains("photos 6, not photos 5") }
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

    /// Weights that are no numbers are found in the next step, moments when they would be kept.
    @Test(arguments: [(isMoment: false, foundAt: 41), (true, 50)]) func aRunThatStepsBackRecovers(isMoment: Bool, foundAt: Int) throws {
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
                    if isMoment {
                        run.trainer.optimizer.state.second[0] = .infinity
                    } else {
                        run.trainer.parameters.values[0] = .nan
                    }
                }
            default: break
            }
        }
        #expect(back.count == 1 && back.first?.from == foundAt && back.first?.to == 25)
        #expect(summary.steps == 60 && last.step == 60 && last.loss.isFinite && run.trainer.isFinite)
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
}
