import Foundation
import Media
import Network

/// The photos under a folder, in the order of their paths.
struct PhotoFolder: Sendable {
    private static let extensions: Set = ["jpg", "jpeg", "png", "webp", "bmp", "tif", "tiff"]
    let path: String
    let files: [String]

    /// - Parameter own: Pictures that a run writes, wherever, and does not learn from.
    /// - Throws: `TrainingError.noPhotos`.
    init(_ path: String, besides own: [String] = []) throws(TrainingError) {
        self.path = path
        guard MediaFiles.isFolder(path) else { throw .noPhotos(path) }
        files = Self.files(under: path).filter { file in
            !own.contains { $0.folderAndName.name == file.folderAndName.name && MediaFiles.isSame($0, "\(path)/\(file)") }
        }.sorted()
        if files.isEmpty { throw .noPhotos(path) }
    }

    /// Pictures in a folder and those inside it, links followed, by their paths from there. Pipes and devices are none: they would
    /// be waited for.
    private static func files(under path: String) -> [String] {
        var found: [String] = [], waiting = [""], seen: Set<String> = []
        while let folder = waiting.popLast() {
            // A link may lead back to where one is.
            guard let real = RealPath.of("\(path)/\(folder)"), seen.insert(real).inserted else { continue }
            for name in (try? FileManager.default.contentsOfDirectory(atPath: real).sorted()) ?? [] {
                let file = folder + name, whole = "\(path)/\(file)"
                if MediaFiles.isFolder(whole) {
                    waiting.append(file + "/")
                } else if extensions.contains(name.ending), MediaFiles.isRegular(whole) {
                    found.append(file)
                }
            }
        }
        return found
    }

    /// The picture of one file.
    /// - Throws: `MediaError` for a file that holds none, or one that is longer than 8:1.
    func read(_ index: Int) throws -> PixelBuffer {
        let photo = try Photo("\(path)/\(files[index])").pixels
        guard !photo.isBanner else { throw MediaError.badSize(width: photo.width, height: photo.height) }
        return photo
    }
}

extension PixelBuffer {
    /// Whether one of the sides is so many times the other that it would take gigabytes at the height that is wanted.
    var isBanner: Bool { max(width, height) > 8 * min(width, height) }
}
