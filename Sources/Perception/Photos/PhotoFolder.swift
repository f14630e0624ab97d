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

extension PixelBuffer {
    /// Scaled so that the short side has `side` pixels.
    func scaled(shortSide side: Int) throws(MediaError) -> PixelBuffer {
        let short = min(width, height)
        return try scaled(
            width: width == short ? side : (width * side + short / 2) / short,
            height: height == short ? side : (height * side + short / 2) / short)
    }

    /// Scaled to a size; itself when it has it.
    func scaled(width: Int, height: Int) throws(MediaError) -> PixelBuffer {
        if (width, height) == (self.width, self.height) { return self }
        let result = PixelBuffer(width: width, height: height)
        try PixelScaler(from: (self.width, self.height), to: (width, height)).scale(self, into: result)
        return result
    }

    /// Swaps left and right in place.
    func mirror() {
        for y in 0..<height {
            let row = row(y)
            for x in 0..<width / 2 {
                for c in 0..<3 { swap(&row[3 * x + c], &row[3 * (width - 1 - x) + c]) }
            }
        }
    }

    /// Copies a window of `map.shape`'s extent to one image of `map`.
    func copyCrop(x: Int, y: Int, to map: Map, image: Int) {
        for row in 0..<map.shape.height {
            let from = self.row(y + row) + 3 * x, to = map.row(image, row)
            for i in 0..<map.shape.rowCount { to[i] = Float(from[i]) }
        }
    }

    /// Takes the first image of a map of this extent, clamped to bytes.
    func fill(from map: Map) {
        for y in 0..<height {
            let from = map.row(0, y), to = row(y)
            for i in 0..<3 * width { to[i] = UInt8(min(255, max(0, from[i].rounded()))) }
        }
    }
}
