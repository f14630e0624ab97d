/// HDR (PQ or HLG, BT.2020) to SDR (BT.709), pixel by pixel, without taking memory.
///
/// Light is computed from the signal (SMPTE ST 2084; ITU-R BT.2100 for HLG, shown at 1000 cd/m² with system gamma 1.2),
/// then the brightest of R, G and B goes through the roll-off of ITU-R BT.2390 (section 5.4.1) from the mastering peak to
/// 203 cd/m², the HDR reference white of BT.2408, which becomes SDR white; all three scale alike, so hues stay.
/// Colours outside BT.709 are clipped.
///
/// Used by one stage at a time and changed by none; that makes it safe to send.
final class ToneMapper: @unchecked Sendable {
    enum Curve: Hashable { case pq, hlg }

    struct Signal: Hashable {
        var curve: Curve
        /// BT.2020 primaries; else those of BT.709.
        var isWide: Bool
        /// Mastering peak, cd/m².
        var peak: Float
    }

    /// What becomes SDR white, cd/m².
    static let white: Float = 203

    let signal: Signal
    /// Signal, 12 bits, to light: of the display for PQ, of the scene for HLG; 1 is 10,000 cd/m² or the scene's peak.
    private let light: [Float]
    /// How much to scale a pixel, by the square root of its brightest component in units of 10,000 cd/m², 12 bits;
    /// SDR white comes out as 1.
    private let gain: [Float]
    /// SDR signal, by the square root of the light, 12 bits.
    private let encoded: [UInt8]

    init(_ signal: Signal) {
        self.signal = signal
        light = (0..<4096).map { code in
            let value = Float(code) / 4095
            return signal.curve == .pq ? Self.pqLight(value) : Self.hlgLight(value)
        }
        let top = signal.curve == .hlg ? 1000 : signal.peak
        gain = (0..<4096).map { index in
            let root = max(Float(index), 0.5) / 4095
            let nits = root * root * 10000
            return Self.rolledOff(nits, peak: top) / Self.white / (nits / 10000)
        }
        encoded = (0..<4096).map { index in
            let root = Float(index) / 4095
            let linear = root * root
            // BT.1886: displays of SDR video follow a power of 2.4.
            return UInt8((255 * Self.power(linear, 1 / 2.4)).rounded())
        }
    }

    /// One row: 16-bit R'G'B' in, 8-bit R'G'B' out.
    func map(_ row: UnsafePointer<UInt16>, to target: UnsafeMutablePointer<UInt8>, width: Int) {
        light.withUnsafeBufferPointer { light in
            gain.withUnsafeBufferPointer { gain in
                encoded.withUnsafeBufferPointer { encoded in
                    for x in 0..<width {
                        var r = light[Int(row[3 * x] >> 4)]
                        var g = light[Int(row[3 * x + 1] >> 4)]
                        var b = light[Int(row[3 * x + 2] >> 4)]
                        if signal.curve == .hlg {
                            // BT.2100's OOTF: display light is scene light times its luminance to the power of 0.2.
                            let luminance = 0.2627 * r + 0.6780 * g + 0.0593 * b
                            let system = 0.1 * Self.power(luminance, 0.2)
                            r *= system
                            g *= system
                            b *= system
                        }
                        // Between two entries, or rounding would make brighter greys darker.
                        let position = min(max(r, g, b).squareRoot(), 1) * 4095
                        let entry = min(Int(position), 4094)
                        let scale = gain[entry] + (gain[entry + 1] - gain[entry]) * (position - Float(entry))
                        r *= scale
                        g *= scale
                        b *= scale
                        if signal.isWide {
                            // BT.2087: linear BT.2020 to linear BT.709.
                            (r, g, b) = (
                                1.6605 * r - 0.5876 * g - 0.0728 * b, -0.1246 * r + 1.1329 * g - 0.0083 * b,
                                -0.0182 * r - 0.1006 * g + 1.1187 * b
                            )
                        }
                        target[3 * x] = encoded[Self.index(r)]
                        target[3 * x + 1] = encoded[Self.index(g)]
                        target[3 * x + 2] = encoded[Self.index(b)]
                    }
                }
            }
        }
    }

    private static func index(_ linear: Float) -> Int { Int(min(max(linear, 0), 1).squareRoot() * 4095 + 0.5) }
}
