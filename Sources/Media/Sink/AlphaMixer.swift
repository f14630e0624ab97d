import Network

/// Puts pixels and transparency together again for the encoder: as RGBA, or composited over black.
final class AlphaMixer {
    let keeps: Bool
    private let codec: String
    private let warnings: OneTimeWarnings
    private var mixed: [UInt8] = []

    /// - Parameter keeps: whether the encoder takes RGBA, for every frame.
    init(keeps: Bool, codec: String, warnings: OneTimeWarnings) {
        self.keeps = keeps
        self.codec = codec
        self.warnings = warnings
    }

    /// Hands `body` the rows to encode: RGBA when `keeps`, else RGB.
    func mix(_ frame: VideoFrame, _ body: (_ bytes: UnsafePointer<UInt8>, _ stride: Int) -> Void) {
        let pixels = frame.pixels
        if keeps {
            let stride = pixels.width * 4
            grow(to: stride * pixels.height + 64)
            for y in 0..<pixels.height {
                let from = pixels.row(y)
                for x in 0..<pixels.width {
                    let to = y * stride + 4 * x
                    mixed[to] = from[3 * x]
                    mixed[to + 1] = from[3 * x + 1]
                    mixed[to + 2] = from[3 * x + 2]
                    mixed[to + 3] = frame.alpha?.bytes[y * pixels.width + x] ?? 255
                }
            }
            mixed.withUnsafeBufferPointer { if let base = $0.baseAddress { body(base, stride) } }
            return
        }
        guard let alpha = frame.alpha, !alpha.isOpaque else { return body(pixels.bytes, pixels.stride) }
        warnings.report(.alphaDropped(codec: codec))
        grow(to: pixels.stride * pixels.height)
        for y in 0..<pixels.height {
            let from = pixels.row(y)
            for x in 0..<pixels.width {
                let weight = Int(alpha.bytes[y * pixels.width + x])
                for c in 0..<3 {
                    mixed[y * pixels.stride + 3 * x + c] = UInt8((Int(from[3 * x + c]) * weight + 127) / 255)
                }
            }
        }
        mixed.withUnsafeBufferPointer { if let base = $0.baseAddress { body(base, pixels.stride) } }
    }

    private func grow(to count: Int) {
        if mixed.count < count { mixed = [UInt8](repeating: 0, count: count) }
    }
}
