import ArgumentParser
import Foundation
import Logging
import Tempera

/// `tempera styles`
struct Styles: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the bundled styles.")

    func run() throws {
        Verbosity.normal.bootstrap()
        for error in Style.broken() { Logger(label: "tempera").warning("\(error)") }
        let styles = try Style.bundled()
        var names: [String] = []
        for style in styles where !names.contains(style.name) { names.append(style.name) }
        let rows = try names.map { name in
            let models = styles.filter { $0.name == name }
            let sizes = try models.map { model in
                let bytes = try FileManager.default.attributesOfItem(atPath: model.path)[.size] as? Int ?? 0
                return (Double(bytes) / 1e6).fixed(bytes < 50_000 ? 2 : 1)
            }
            return [
                name, models.map(\.network.rawValue).joined(separator: ", "), sizes.joined(separator: ", ") + " MB",
                models[0].licence ?? "not stated", models[0].provenance.map(Self.painting) ?? "not stated",
            ]
        }
        // Who painted it is what one looks for; the file's metadata says the rest.
        print(Table(header: ["STYLE", "NETWORKS", "SIZE", "LICENCE", "PROVENANCE"], rows: rows).text)
    }

    /// The part of `tempera train; painting: …; photos: …` that names the painting; all of what says no such thing.
    private static func painting(_ provenance: String) -> String {
        let part = provenance.split(separator: ";").map { $0.trimmingCharacters(in: .whitespaces) }.first { $0.hasPrefix("painting: ") }
        return part.map { String($0.dropFirst("painting: ".count)) } ?? provenance
    }
}
