import Foundation
import Testing

@testable import Media
@testable import Network

/// Files with random damage: each is read or refused, and nothing else happens.
///
/// `TEMPERA_FUZZ` names how many of each kind are tried (a few without it), `TEMPERA_SEED` where the numbers start.
@Suite struct FuzzTests {
    private static func setting(_ name: String) -> Int? { ProcessInfo.processInfo.environment[name].flatMap { Int($0) } }
    private let count = setting("TEMPERA_FUZZ") ?? 2000
    private let seed = UInt64(setting("TEMPERA_SEED") ?? 1)

    /// Changes, removes, repeats and inserts a few bytes.
    private func damaged(_ bytes: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...6, using: &random) {
            let place = Int.random(in: 0..<max(1, bytes.count), using: &random)
            guard place < bytes.count else { break }
            switch Int.random(in: 0..<7, using: &random) {
            case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 1: bytes[place] = .random(in: 0...255, using: &random)
            case 2: bytes[place] = Array("0123456789-{}[]\",: WHFACI\n".utf8).randomElement(using: &random) ?? 0
            case 3: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...9, using: &random)))
            case 4: bytes.insert(contentsOf: bytes[place...].prefix(9), at: place)
            case 5: bytes.insert(.random(in: 48...57, using: &random), at: place)
            default: bytes.removeSubrange(place...)
            }
        }
        return bytes
    }

    /// Writes `count` damaged copies of `originals` to one file and hands each to `read`, which throws what it refuses.
    private func fuzz(_ originals: [[UInt8]], name: String, _ read: (String) throws -> Void) throws {
        let scratch = try Scratch()
        let path = scratch.file(name)
        var random = SplitMix64(state: seed)
        var (accepted, refused) = (0, 0)
        for number in 0..<count {
            let bytes = damaged(originals[number % originals.count], &random)
            // Not through Foundation, which takes ten times as long as what is tried.
            let file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
            _ = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            close(file)
            do {
                try read(path)
                accepted += 1
            } catch is WeightsError {
                refused += 1
            } catch is MediaError {
                refused += 1
            }
        }
        print("\(name): seed \(seed), \(count) tried, \(accepted) read, \(refused) refused")
        #expect(accepted > 0 && refused > 0 && accepted + refused == count)
    }

    @Test func damagedWeightsAreReadOrRefused() throws {
        let scratch = try Scratch()
        let path = scratch.file("a.safetensors")
        let tensors = [
            Tensor(name: "conv1.weight", shape: [2, 3], values: [0, -1, 0.5, 1024, -0.25, 3]),
            Tensor(name: "scalar", shape: [], values: [2]), Tensor(name: "none", shape: [4, 0], values: []),
        ]
        try SafeTensors.write(tensors, metadata: ["style": "tab\tand \\", "licence": "é"], to: path)
        let whole = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        try fuzz([whole], name: "safetensors") { path in
            let file = try SafeTensors(path: path)
            for entry in file.entries { _ = try file.values(entry.name) }
        }
    }

    @Test func damagedY4MIsReadOrRefused() throws {
        let pixels = [UInt8](repeating: 90, count: 8 * 6 * 3)
        let originals = ["W8 H6 F30:1 Ip A4:3 C444 XCOLORRANGE=FULL", "W12 H8 F25:1 It C420jpeg", "W8 H6 C444alpha"].map {
            Array("YUV4MPEG2 \($0)\n".utf8) + Array("FRAME\n".utf8) + pixels + Array("FRAME\n".utf8) + pixels
        }
        try fuzz(originals, name: "y4m") { path in
            var options = SourceOptions()
            options.threads = 1
            let source = try FileSource(path, options: options)
            for _ in 0..<4 { if try source.next() == nil { break } }
        }
    }
}
