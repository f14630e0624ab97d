import Foundation

/// The folder of clips, weights and reference data that are no part of the repository: `TEMPERA_SHARED`, or a folder `shared`
/// beside the checkout or one of the folders above it.
public enum Shared {
    private static let folder: String? = {
        if let named = ProcessInfo.processInfo.environment["TEMPERA_SHARED"] { return named }
        var path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        while path.path != "/" {
            let candidate = path.appendingPathComponent("shared").path
            if FileManager.default.fileExists(atPath: candidate + "/DESIGN.md") { return candidate }
            path.deleteLastPathComponent()
        }
        return nil
    }()

    /// The path of `name` in it; nil, said aloud, when it is not there.
    public static func path(_ name: String, for test: String = #function) -> String? {
        if let folder, FileManager.default.fileExists(atPath: "\(folder)/\(name)") { return "\(folder)/\(name)" }
        print("SKIPPED \(test): shared/\(name) is not there (set TEMPERA_SHARED)")
        return nil
    }
}
