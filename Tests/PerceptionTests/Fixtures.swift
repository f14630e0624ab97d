import Foundation
import Testing

@testable import Network
@testable import Perception

/// The folder of reference data beside the checkout, if there is one.
enum Shared {
    static let folder: String? = {
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
    static func path(_ name: String, for test: String = #function) -> String? {
        if let folder, FileManager.default.fileExists(atPath: "\(folder)/\(name)") { return "\(folder)/\(name)" }
        print("SKIPPED \(test): shared/\(name) is not there (set TEMPERA_SHARED)")
        return nil
    }
}

extension Map {
    /// Fills from interleaved RGB bytes, images one after another.
    func load(_ bytes: some Sequence<UInt8>) {
        for (i, byte) in bytes.enumerated() where i < shape.count { base[i] = Float(byte) }
    }

    var values: [Float] { Array(UnsafeBufferPointer(start: base, count: shape.count)) }
}

extension SplitMix64 {
    /// Noise in -1…1.
    mutating func values(_ count: Int) -> [Double] { (0..<count).map { _ in Double.random(in: -1...1, using: &self) } }
}
