import Foundation
import Media

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

    /// Checks, before any work, that the model can be written.
    /// - Parameter inputs: What no file of the run may take the place of.
    /// - Throws: `TrainingError.cannotWrite`.
    func check(reads inputs: [String]) throws(TrainingError) {
        let (folder, name) = model.folderAndName
        if MediaFiles.isFolder(model) { throw .cannotWrite(model, "it is a folder; name a file in it") }
        if name.utf8.count > 230 { throw .cannotWrite(model, "the name is too long") }
        if !MediaFiles.isFolder(folder) { throw .cannotWrite(model, "there is no folder \(folder)") }
        if access(folder, W_OK) != 0 { throw .cannotWrite(model, "nothing may be written to \(folder)") }
        for file in [model, checkpoint, log, curve, preview] where inputs.contains(where: { MediaFiles.isSame($0, file) }) {
            throw .cannotWrite(file, "it is read by this run; choose another name for the model")
        }
    }

    func removeCheckpoint() { try? FileManager.default.removeItem(atPath: checkpoint) }
}
