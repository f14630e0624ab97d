import ArgumentParser
import Foundation
import Tempera

/// `tempera styles`
struct Styles: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the bundled styles.")

    func run() throws {
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
                models[0].licence ?? "not stated", models[0].provenance ?? "not stated",
            ]
        }
        print(Table(header: ["STYLE", "NETWORKS", "SIZE", "LICENCE", "PROVENANCE"], rows: rows).text)
    }
}
