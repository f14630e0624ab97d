import Foundation
import Network

/// Motion from one picture to another, pixel by pixel: what is at (x, y) here is at (x + u, y + v) there.
public struct FlowField: Sendable {
    public let width: Int
    public let height: Int
    /// Pixels, row after row.
    public var u: [Float]
    public var v: [Float]

    public init(width: Int, height: Int) {
        self.width = width
        self.height = height
        u = [Float](repeating: 0, count: width * height)
        v = u
    }

    /// Reads a `.flo` file (Baker et al., the Middlebury benchmark): "PIEH", width, height, then u and v of each pixel.
    /// - Throws: `StabilityError.noFlow`, `.notAFlow`.
    public init(path: String) throws(StabilityError) {
        guard let data = FileManager.default.contents(atPath: path) else { throw .noFlow(path) }
        guard data.count >= 12 else { throw .notAFlow(path) }
        let words = data.withUnsafeBytes { bytes in
            (0..<data.count / 4).map {
                UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self))
            }
        }
        let (width, height) = (Int(words[1]), Int(words[2]))
        guard words[0] == 0x4845_4950, (1...16384).contains(width), (1...16384).contains(height),
            words.count >= 3 + 2 * width * height
        else { throw .notAFlow(path) }
        self.init(width: width, height: height)
        for i in 0..<width * height {
            u[i] = Float(bitPattern: words[3 + 2 * i])
            v[i] = Float(bitPattern: words[4 + 2 * i])
        }
    }

    /// An affine motion.
    init(width: Int, height: Int, _ motion: Motion) {
        self.init(width: width, height: height)
        for y in 0..<height {
            for x in 0..<width {
                let to = motion.apply(Double(x), Double(y))
                u[y * width + x] = Float(to.x - Double(x))
                v[y * width + x] = Float(to.y - Double(y))
            }
        }
    }

    /// Whether each pixel's motion is undone by that of where it leads: where not, it is hidden there or the estimate is
    /// wrong (the test of Sundaram, Brox and Keutzer 2010).
    func agrees(with back: FlowField) -> [Bool] {
        var result = [Bool](repeating: false, count: u.count)
        for y in 0..<height {
            for x in 0..<width {
                let i = y * width + x, tx = Float(x) + u[i], ty = Float(y) + v[i]
                guard tx >= 0, ty >= 0, tx <= Float(width - 1), ty <= Float(height - 1) else { continue }
                let j = Int(ty.rounded()) * width + Int(tx.rounded()), du = u[i] + back.u[j], dv = v[i] + back.v[j]
                let length = u[i] * u[i] + v[i] * v[i] + back.u[j] * back.u[j] + back.v[j] * back.v[j]
                result[i] = du * du + dv * dv < 0.01 * length + 0.5
            }
        }
        return result
    }
}
