import Foundation

/// The files of a run: the model and, beside it under the same name, what tells how it came about.
struct TrainingFiles: Sendable {
    let model: String
    private let stem: String

    init(output: String) {
        model = output
        stem = output.hasSuffix(".safetensors") ? String(output.dropLast(".safetensors".count)) : output
    }

    var checkpoint: String { stem + ".checkpoint" }
    var log: String { stem + ".losses.csv" }
    var curve: String { stem + ".losses.png" }
    var preview: String { stem + ".preview.png" }

    func removeCheckpoint() { try? FileManager.default.removeItem(atPath: checkpoint) }
}
