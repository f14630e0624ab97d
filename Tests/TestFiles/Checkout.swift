import Foundation

/// The files of the repository, wherever tests run.
public enum Checkout {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    /// - Parameter name: From the top of the repository on.
    public static func path(_ name: String) -> String { "\(folder)/\(name)" }
}
