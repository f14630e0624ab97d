import CFFmpeg
import Foundation
import Logging

/// FFmpeg's own messages go to the logger `ffmpeg` at debug level: nothing of them reaches stderr unasked.
enum FFmpegLog {
    private static let logger = Logger(label: "ffmpeg")

    /// Called before FFmpeg is first used.
    static func install() { _ = installed }

    private static let installed: Void = {
        av_log_set_callback { @Sendable context, level, format, arguments in
            guard level <= AV_LOG_WARNING, logger.logLevel <= .debug, let format, let arguments else { return }
            var line = [CChar](repeating: 0, count: 512)
            var prefix: Int32 = 1
            av_log_format_line2(context, level, format, arguments, &line, Int32(line.count), &prefix)
            let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            logger.debug("\(text.trimmingCharacters(in: .whitespacesAndNewlines))")
        }
    }()
}
