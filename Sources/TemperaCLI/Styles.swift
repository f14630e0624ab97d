import ArgumentParser
import Foundation
import Tempera

/// `tempera styles`
struct Styles: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the bundled styles.")

    func run() throws {
        let rows = try Style.bundled().map { style in
            let size = try FileManager.default.attributesOfItem(atPath: style.path)[.size] as? Int ?? 0
            return [
                style.name, style.network.rawValue, "\((Double(size) / 1e6).fixed(1)) MB", style.licence ?? "not stated",
                style.provenance ?? "not stated",
            ]
        }
        print(Table(header: ["STYLE", "NETWORK", "SIZE", "LICENCE", "PROVENANCE"], rows: rows).text)
    }
}
