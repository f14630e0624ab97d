import Foundation
import Glibc
import Media
import Network

/// The files of a run: the model and, beside it under the same name, what tells how it came about. Of several paintings all but
/// the first have a model of their own there, under the painting's name.
struct TrainingFiles: Sendable {
    /// One a painting; those after the first hold what is a style's own.
    let models: [String]
    private let stem: String

    init(output: String, paintings: [String] = []) {
        stem = output.hasSuffix(".safetensors") ? String(output.dropLast(".safetensors".count)) : output
        // Beside a full network of the same style a live one has a name of its own.
        let ending = StyleCatalog.network(stem) == .live ? ".live.safetensors" : ".safetensors"
        models = [output] + paintings.dropFirst().map {
            output.dropLast(output.folderAndName.name.count) + $0.folderAndName.name.stem + ending
        }
    }

    /// The first painting's, which holds a whole network unless it shares another's body.
    var model: String { models[0] }
    var checkpoint: String { stem + ".checkpoint" }
    var log: String { stem + ".losses.csv" }
    var curve: String { stem + ".losses.png" }
    var preview: String { stem + ".preview.png" }

    /// Checks, before any work, that the model can be written.
    /// - Parameter inputs: What no file of the run may take the place of.
    /// - Throws: `TrainingError.cannotWrite`.
    func check(reads inputs: [String]) throws(TrainingError) {
        let folder = model.folderAndName.folder
        if model.folderAndName.name.isEmpty { throw .cannotWrite(model, "the model needs a name") }
        for model in models {
            if MediaFiles.isFolder(model) { throw .cannotWrite(model, "it is a folder; name a file in it") }
            if model.folderAndName.name.utf8.count > 230 { throw .cannotWrite(model, "the name is too long") }
        }
        for file in [checkpoint, log, curve, preview] where MediaFiles.isFolder(file) {
            throw .cannotWrite(file, "it is a folder; choose another name for the model")
        }
        if !MediaFiles.isFolder(folder) { throw .cannotWrite(model, "there is no folder \(folder)") }
        if access(folder, W_OK) != 0 { throw .cannotWrite(model, "nothing may be written to \(folder)") }
        if let twice = models.first(where: { name in models.count { MediaFiles.isSame($0, name) || $0 == name } > 1 }) {
            throw .cannotWrite(twice, "two of the styles would have that name; rename a painting")
        }
        for file in models + [checkpoint, log, curve, preview] where inputs.contains(where: { MediaFiles.isSame($0, file) }) {
            throw .cannotWrite(file, "it is read by this run; choose another name for the model")
        }
    }

    /// Styles of other runs beside the model that stand on a body which this run replaces.
    var orphans: [String] {
        let folder = model.folderAndName.folder, own = Set(models.map(\.folderAndName.name))
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return files.filter { file in
            file.hasSuffix(".safetensors") && !own.contains(file)
                && own.contains { SharedBody.isBody($0, of: "\(folder)/\(file)") }
        }.sorted()
    }

    func removeCheckpoint() { unlink(checkpoint) }
}
