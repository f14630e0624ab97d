import Foundation
import Network

/// Tells files of one name apart, so that a run that is resumed goes on with the very files it began with.
enum FileIdentity {
    /// How much of either end is looked at: in pictures and weights everything that changes one changes its size or its end.
    private static let end = 1 << 16

    /// `file wave.jpg 9ae16a3b2f90404f`, for a checkpoint's options.
    static func line(_ path: String) -> String { "file \(path.folderAndName.name) \(of(path))" }

    /// A hash of the size and both ends; `unread` where nothing can be read.
    private static func of(_ path: String) -> String {
        guard let file = FileHandle(forReadingAtPath: path) else { return "unread" }
        defer { try? file.close() }
        guard let first = try? file.read(upToCount: end), let size = try? file.seekToEnd(),
            (try? file.seek(toOffset: size - min(size, UInt64(end)))) != nil, let last = try? file.read(upToCount: end)
        else { return "unread" }
        let bytes = withUnsafeBytes(of: size.littleEndian) { Array($0) } + first + last
        return FNV1a(bytes).text
    }
}
