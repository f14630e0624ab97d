import Foundation
import Media
import Network

/// The losses of a picture on its way, step by step, as CSV.
final class PictureLog {
    static let header = "step,evaluations,seconds,width,height,content,style,tv,pixel,total\n"
    private let file: FileHandle

    /// - Throws: `OptimizationError.cannotWrite`.
    init(_ path: String) throws(OptimizationError) {
        let folder = path.folderAndName.folder
        guard MediaFiles.isFolder(folder) else { throw .cannotWrite(path, "there is no folder \(folder)") }
        do {
            try Data(Self.header.utf8).write(to: URL(fileURLWithPath: path))
            file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
            _ = try file.seekToEnd()
        } catch {
            throw .cannotWrite(path, error.reason)
        }
    }

    func append(_ progress: OptimizationProgress) {
        let losses = progress.losses
        let values = [losses.content, losses.style, losses.totalVariation, losses.pixel, losses.total]
            .map { String(format: "%.6g", $0) }.joined(separator: ",")
        let line = "\(progress.step),\(progress.evaluations),\(String(format: "%.2f", progress.seconds)),"
            + "\(progress.width),\(progress.height),\(values)\n"
        // A full disk is no reason to lose the picture.
        try? file.write(contentsOf: Data(line.utf8))
    }
}
