import CFFmpeg
import Network

/// The MD5 of all pixels, row after row without padding: two runs agree exactly when their digests do.
///
/// Written from one stage at a time, as `MediaSink` demands; that makes it safe to send.
public final class DigestSink: MediaSink, @unchecked Sendable {
    private let state: OpaquePointer
    /// Frames taken so far.
    public private(set) var frames = 0
    /// 32 hexadecimal digits, once `finish` was called.
    public private(set) var digest: String?

    public init() throws {
        guard let state = av_md5_alloc() else {
            throw MediaError.failed(action: "taking memory", path: "md5", why: "none left")
        }
        self.state = state
        av_md5_init(state)
    }

    deinit { av_free(UnsafeMutableRawPointer(state)) }

    public func write(_ item: MediaItem) {
        guard case .frame(let frame) = item else { return }
        let pixels = frame.pixels
        for y in 0..<pixels.height { av_md5_update(state, pixels.row(y), pixels.width * 3) }
        frames += 1
    }

    public func finish() {
        guard digest == nil else { return }
        var bytes = [UInt8](repeating: 0, count: 16)
        av_md5_final(state, &bytes)
        digest = bytes.map { byte in
            let hex = String(byte, radix: 16)
            return byte < 16 ? "0" + hex : hex
        }.joined()
    }

    public func discard() {}
}
