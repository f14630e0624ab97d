import CFFmpeg
import Foundation

extension ToneMapper {
    static func power(_ base: Float, _ exponent: Float) -> Float { powf(max(base, 0), exponent) }

    // SMPTE ST 2084.
    private static let m1: Float = 2610.0 / 16384
    private static let m2: Float = 2523.0 / 4096 * 128
    private static let c1: Float = 3424.0 / 4096
    private static let c2: Float = 2413.0 / 4096 * 32
    private static let c3: Float = 2392.0 / 4096 * 32

    /// PQ signal 0…1 to light, 1 = 10,000 cd/m².
    static func pqLight(_ signal: Float) -> Float {
        let root = power(signal, 1 / m2)
        return power(max(root - c1, 0) / (c2 - c3 * root), 1 / m1)
    }

    /// Light, 1 = 10,000 cd/m², to PQ signal 0…1.
    static func pqSignal(_ light: Float) -> Float {
        let root = power(light, m1)
        return power((c1 + c2 * root) / (1 + c3 * root), m2)
    }

    /// HLG signal 0…1 to scene light 0…1 (BT.2100, inverse OETF).
    static func hlgLight(_ signal: Float) -> Float {
        let (a, b, c): (Float, Float, Float) = (0.17883277, 0.28466892, 0.55991073)
        return signal <= 0.5 ? signal * signal / 3 : (expf((signal - c) / a) + b) / 12
    }

    /// The roll-off of BT.2390 in PQ signal: untouched up to a knee, then a Hermite spline that ends at `white`.
    /// - Returns: cd/m², at most `white`.
    static func rolledOff(_ nits: Float, peak: Float) -> Float {
        let top = pqSignal(max(peak, white) / 10000)
        let limit = pqSignal(white / 10000) / top
        let knee = max(1.5 * limit - 0.5, 0)
        let signal = min(pqSignal(nits / 10000) / top, 1)
        guard signal > knee, knee < 1 else { return min(nits, white) }
        let t = (signal - knee) / (1 - knee)
        let (t2, t3) = (t * t, t * t * t)
        let curved = (2 * t3 - 3 * t2 + 1) * knee + (t3 - 2 * t2 + t) * (1 - knee) + (-2 * t3 + 3 * t2) * limit
        return 10000 * pqLight(curved * top)
    }
}

extension ToneMapper.Signal {
    /// Nil for pictures that are not HDR.
    init?(_ frame: UnsafePointer<AVFrame>) {
        switch frame.pointee.color_trc {
        case AVCOL_TRC_SMPTE2084: curve = .pq
        case AVCOL_TRC_ARIB_STD_B67: curve = .hlg
        default: return nil
        }
        isWide = frame.pointee.color_primaries != AVCOL_PRI_BT709
        peak = 1000
        if let data = av_frame_get_side_data(frame, AV_FRAME_DATA_MASTERING_DISPLAY_METADATA)?.pointee.data {
            data.withMemoryRebound(to: AVMasteringDisplayMetadata.self, capacity: 1) { metadata in
                guard metadata.pointee.has_luminance != 0 else { return }
                let stated = av_q2d(metadata.pointee.max_luminance)
                if stated.isFinite { peak = Float(min(max(stated, 300), 10000)) }
            }
        }
    }
}
