import Foundation
import Network

/// Where a run stands: with the same options it goes on from here as if it had never stopped.
struct TrainingState {
    /// Steps done, and steps in all.
    var step = 0
    var total: Int
    /// What the schedule's rate is multiplied by; each step back from a divergence halves it.
    var rateFactor = 1.0
    var stepsBack = 0
    var seconds = 0.0
    var values: [Float]
    var firstMoments: [Float]
    var secondMoments: [Float]
    /// Adam's own count, for its bias correction.
    var updates = 0
}

extension TrainingState {
    /// - Parameter fingerprint: The options that the run depends on.
    func write(_ path: String, fingerprint: [String]) throws(TrainingError) {
        let tensors = [("values", values), ("first_moments", firstMoments), ("second_moments", secondMoments)]
            .map { Tensor(name: $0.0, shape: [$0.1.count], values: $0.1) }
        let metadata = [
            "step": "\(step)", "total": "\(total)", "rate_factor": "\(rateFactor)", "steps_back": "\(stepsBack)",
            "seconds": "\(seconds)", "updates": "\(updates)", "options": fingerprint.joined(separator: "\n"),
        ]
        do { try SafeTensors.write(tensors, metadata: metadata, to: path) } catch { throw .weights(error) }
    }

    /// Reads a checkpoint of a run with the same options and `parameters` values.
    static func read(
        _ path: String, of run: TrainingOptions, fingerprint: [String], parameters: Int
    ) throws(TrainingError) -> TrainingState {
        guard FileManager.default.fileExists(atPath: path) else { throw .noCheckpoint(path) }
        let metadata: [String: String], arrays: [[Float]]
        do {
            let file = try SafeTensors(path: path)
            metadata = file.metadata
            arrays = [try file.values("values"), try file.values("first_moments"), try file.values("second_moments")]
        } catch {
            throw .weights(error)
        }
        let options = (metadata["options"] ?? "").split(separator: "\n").map(String.init)
        // An option is named by its first word.
        func fellow(_ option: String, in others: [String], besides same: [String]) -> String {
            let name = option.prefix { $0 != " " } + " "
            return others.first { $0.hasPrefix(name) && !same.contains($0) } ?? "no \(name.dropLast())"
        }
        if let had = options.first(where: { !fingerprint.contains($0) }) {
            throw .otherRun(checkpoint: path, had: had, has: fellow(had, in: fingerprint, besides: options))
        }
        if let has = fingerprint.first(where: { !options.contains($0) }) {
            throw .otherRun(checkpoint: path, had: fellow(has, in: options, besides: fingerprint), has: has)
        }
        if let (had, has) = zip(options, fingerprint).first(where: { $0 != $1 }) {
            throw .otherRun(checkpoint: path, had: had, has: has)
        }
        guard options.count == fingerprint.count, let step = metadata["step"].flatMap(Int.init),
            let total = metadata["total"].flatMap(Int.init), let updates = metadata["updates"].flatMap(Int.init),
            let factor = metadata["rate_factor"].flatMap(Double.init),
            let back = metadata["steps_back"].flatMap(Int.init),
            let seconds = metadata["seconds"].flatMap(Double.init), arrays.allSatisfy({ $0.count == parameters }),
            Requirement.counts.contains(total), (0...total).contains(step), (0...step).contains(updates), factor > 0, factor <= 1,
            (0...TrainingRun.mostStepsBack).contains(back), seconds >= 0, seconds.isFinite
        else { throw .noCheckpoint(path) }
        if case .iterations(let count) = run.length, count != total {
            throw .otherRun(checkpoint: path, had: "iterations \(total)", has: "iterations \(count)")
        }
        return TrainingState(
            step: step, total: total, rateFactor: factor, stepsBack: back, seconds: seconds, values: arrays[0],
            firstMoments: arrays[1], secondMoments: arrays[2], updates: updates)
    }
}
