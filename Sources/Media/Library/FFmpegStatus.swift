import CFFmpeg
import Foundation

/// A negative return value of an FFmpeg function.
struct FFmpegStatus {
    let code: Int32

    init(_ code: Int32) { self.code = code }

    var isEnd: Bool { code == tempera_averror_eof }
    var isAgain: Bool { code == tempera_averror(EAGAIN) }
    var isInvalidData: Bool { code == tempera_averror_invalid_data }

    /// FFmpeg's own words for it.
    var text: String {
        var buffer = [CChar](repeating: 0, count: 128)
        av_strerror(code, &buffer, buffer.count)
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// What it means to someone who reads `path`.
    func reading(_ path: String, action: String) -> MediaError {
        switch code {
        case tempera_averror(ENOENT): .missingFile(path)
        case tempera_averror(EISDIR): .isDirectory(path)
        case tempera_averror(EACCES): .noPermission(path)
        case tempera_averror_exit: .interrupted
        // Many of FFmpeg's readers say -1, which is EPERM, of damage.
        case tempera_averror_invalid_data, tempera_averror(EPERM): .notMedia(path)
        case tempera_averror_protocol_not_found: .networkNotAllowed(path)
        default: .failed(action: action, path: path, why: text)
        }
    }

    /// What it means to someone who writes `path`.
    func writing(_ path: String, action: String) -> MediaError {
        switch code {
        case tempera_averror(ENOSPC), tempera_averror(EDQUOT): .diskFull(path)
        case tempera_averror(EISDIR): .isDirectory(path)
        case tempera_averror(EACCES), tempera_averror(EPERM), tempera_averror(EROFS), tempera_averror(ENOENT):
            .unwritable(path, why: text)
        case tempera_averror(EPIPE): .readerGone
        default: .failed(action: action, path: path, why: text)
        }
    }
}
