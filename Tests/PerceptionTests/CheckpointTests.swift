import Foundation
import Testing

@testable import Network
@testable import Perception

/// What a run leaves for another to go on with.
@Suite struct CheckpointTests {
    @Test func numbersThatNoRunLeavesAreRefused() throws {
        let studio = try Studio(photos: 0), path = studio.folder + "/run.checkpoint"
        let options = studio.options("run", iterations: 30)
        let state = TrainingState(
            step: 20, total: 30, rateFactor: 0.5, stepsBack: 1, seconds: 9, values: [1], firstMoments: [2], secondMoments: [3],
            updates: 20)
        try state.write(path, fingerprint: ["seed 1"])
        func read() throws -> TrainingState {
            try TrainingState.read(path, of: options, fingerprint: ["seed 1"], parameters: 1)
        }
        let back = try read()
        #expect(back.rateFactor == 0.5 && back.updates == 20 && back.secondMoments == [3])
        let whole = try SafeTensors(path: path).metadata
        let tensors = ["values", "first_moments", "second_moments"].map { Tensor(name: $0, shape: [1], values: [1]) }
        for (name, value) in [
            ("step", "31"), ("rate_factor", "nan"), ("rate_factor", "0"), ("rate_factor", "2"), ("steps_back", "-1"),
            ("steps_back", "\(Int.max)"), ("seconds", "-1"), ("seconds", "inf"), ("updates", "-1"), ("updates", "21"),
        ] {
            var metadata = whole
            metadata[name] = value
            try SafeTensors.write(tensors, metadata: metadata, to: path)
            #expect { try read() } throws: { if case TrainingError.noCheckpoint = $0 { true } else { false } }
        }
    }

    /// Of a disk that is full, say, or photos on a drive that is gone.
    @Test func anErrorOnTheWayLeavesACheckpoint() throws {
        let studio = try Studio(), files = FileManager.default, (photos, away) = (studio.folder + "/photos", studio.folder + "/away")
        var options = studio.options("run", iterations: 60)
        let run = try TrainingRun(options)
        #expect(throws: TrainingError.self) {
            try run.run(shouldStop: { false }) {
                if case .progress(let progress) = $0, progress.step == 30 { try? files.moveItem(atPath: photos, toPath: away) }
            }
        }
        try files.moveItem(atPath: away, toPath: photos)
        options.resume = true
        var begun = 0
        let summary = try TrainingRun(options).run(shouldStop: { false }) { if case .began(_, let step, _, _) = $0 { begun = step } }
        #expect(begun >= 25 && begun < 60 && summary.steps == 60)
        try files.createDirectory(atPath: studio.folder + "/other.losses.csv", withIntermediateDirectories: false)
        #expect { try TrainingRun(studio.options("other", iterations: 2)) } throws: { "\($0)".contains("it is a folder") }
    }

    /// Who reads a log while it is written anew finds all of it.
    @Test func aLogIsReplacedAsAWhole() throws {
        let studio = try Studio(photos: 0), path = studio.folder + "/run.losses.csv", log = try LossLog(path, keeping: 0)
        func append(_ step: Int) { log.append(LossLog.Row(step: step, seconds: 1, rate: 0.1, painting: 0, losses: Losses())) }
        for step in 1...3 { append(step) }
        let reader = try #require(FileHandle(forReadingAtPath: path)), before = try Data(contentsOf: URL(fileURLWithPath: path))
        try log.cut(after: 1)
        #expect(try reader.readToEnd() == before)
        append(2)
        #expect(try LossLog(path, keeping: 3).rows.map(\.step) == [1, 2])
    }
}
