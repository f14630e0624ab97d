import Foundation
import Media
import Network

/// The photos under a folder, in the order of their paths.
struct PhotoFolder: Sendable {
    /// Of a picture's sides, one may be so many times the other: a banner of the height that is wanted would take gigabytes.
    static let longest = 8
    private static let extensions: Set = ["jpg", "jpeg", "png", "webp", "bmp", "tif", "tiff"]
    let path: String
    let files: [String]

    /// - Parameter own: Pictures that a run writes, wherever, and does not learn from.
    /// - Throws: `TrainingError.noPhotos`.
    init(_ path: String, besides own: [String] = []) throws(TrainingError) {
        self.path = path
        guard MediaFiles.isFolder(path) else { throw .noPhotos(path) }
        // The enumerator does not follow a link, not even where it begins.
        let found = FileManager.default.enumerator(atPath: RealPath.of(path) ?? path)?.compactMap { $0 as? String } ?? []
        files = found.filter { file in
            Self.extensions.contains((file as NSString).pathExtension.lowercased())
                && !own.contains { $0.folderAndName.name == file.folderAndName.name && MediaFiles.isSame($0, "\(path)/\(file)") }
        }.sorted()
        if files.isEmpty { throw .noPhotos(path) }
    }

    /// The picture of one file.
    /// - Throws: `MediaError` for a file that holds none.
    func read(_ index: Int) throws -> PixelBuffer { try Photo("\(path)/\(files[index])").pixels }
}
