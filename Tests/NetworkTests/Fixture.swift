import Glibc
import TestFiles
import Testing

@testable import Network

/// A picture and what the full net with the starry-night weights makes of it, computed in double precision.
struct Fixture: Sendable, CustomTestStringConvertible, CustomStringConvertible {
    let width: Int
    let height: Int

    var description: String { "\(width)x\(height)" }
    var testDescription: String { description }

    static let all = [(64, 64), (97, 62), (98, 63), (99, 65)].map { Fixture(width: $0.0, height: $0.1) }
    /// The weights rounded to 16 bits, as styles are shipped.
    static let roundedWeights = Checkout.path("Tests/NetworkTests/Fixtures/reference.safetensors")
    /// The weights that the answers were computed with; nil, said aloud, where the shared folder is not at hand.
    static let exactWeights = Shared.path("reference/full.safetensors", for: "exact weights")

    func input() throws -> PixelBuffer {
        let bytes = readBytes(Checkout.path("Tests/NetworkTests/Fixtures/input_\(self).rgb"))
        try #require(bytes.count == width * height * 3)
        let buffer = PixelBuffer(width: width, height: height)
        for y in 0..<height {
            for i in 0..<width * 3 { buffer.row(y)[i] = bytes[y * width * 3 + i] }
        }
        return buffer
    }

    /// `height` x `width` x 3.
    func output() throws -> [Float] {
        let bytes = readBytes(Checkout.path("Tests/NetworkTests/Fixtures/output_\(self).f32"))
        try #require(bytes.count == width * height * 12)
        return bytes.withUnsafeBytes { bytes in
            (0..<bytes.count / 4).map {
                Float(bitPattern: bytes.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self))
            }
        }
    }
}

extension PixelBuffer {
    /// Noise.
    static func random(width: Int, height: Int, seed: UInt64 = 1) -> PixelBuffer {
        var generator = SplitMix64(state: seed)
        let buffer = PixelBuffer(width: width, height: height)
        for y in 0..<height {
            for i in 0..<width * 3 { buffer.row(y)[i] = UInt8.random(in: 0...255, using: &generator) }
        }
        return buffer
    }
}

/// The largest difference between two lists of numbers; infinite when one is longer or holds no number.
func worstDifference(_ a: [Float], _ b: [Float]) -> Float {
    guard a.count == b.count else { return .infinity }
    return zip(a, b).reduce(0) { worst, pair in
        let difference = abs(pair.0 - pair.1)
        return difference.isFinite ? max(worst, difference) : .infinity
    }
}
