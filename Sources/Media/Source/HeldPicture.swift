import CFFmpeg

/// The newest picture before a range. Where the next one is long in coming, as between slides, it is what is on the screen
/// when the range begins.
final class HeldPicture {
    let frame: UnsafeMutablePointer<AVFrame>

    /// - Returns: nil where memory is short.
    init?() {
        guard let frame = av_frame_alloc() else { return nil }
        self.frame = frame
    }

    deinit {
        var frame: UnsafeMutablePointer<AVFrame>? = frame
        av_frame_free(&frame)
    }

    func keep(_ picture: UnsafePointer<AVFrame>) {
        av_frame_unref(frame)
        av_frame_ref(frame, picture)
    }

    /// Whether it is shown from `start` on for longer than `least`.
    /// - Parameter next: When the next picture comes; nil at the end, where its own duration tells.
    func fills(from start: Int64, to next: Int64?, least: Int64) -> Bool {
        let time = frame.pointee.best_effort_timestamp
        guard frame.pointee.buf.0 != nil, time != tempera_nopts else { return false }
        guard let next else { return time + tempera_frame_duration(frame) > start }
        return next - start > least
    }
}
