import CFFmpeg
import Foundation

/// What a path on the command line stands for.
enum InputLocation: Equatable {
    case file(String)
    case descriptor(Int32)
    /// A network URL.
    case network(String)
    /// A name only the chosen demuxer understands: a device, a pattern of image files.
    case named(String, format: String)

    /// - Parameter format: the demuxer asked for, if any.
    init(_ path: String, format: String?, allowNetwork: Bool) throws(MediaError) {
        if path == "-" || path == "pipe:" || path == "pipe:0" {
            self = .descriptor(0)
        } else if path.hasPrefix("pipe:"), let descriptor = Int32(path.dropFirst(5)) {
            self = .descriptor(descriptor)
        } else if path.hasPrefix("file:") {
            self = .file(path.withoutFileScheme)
        } else if let scheme = path.range(of: "://"), Self.isScheme(path[..<scheme.lowerBound]) {
            guard allowNetwork else { throw .networkNotAllowed(path) }
            self = .network(path)
        } else if let format, let found = InputFormat.named(format), found.pointee.flags & AVFMT_NOFILE != 0 {
            self = .named(path, format: format)
        } else if Self.isPattern(path), !FileManager.default.fileExists(atPath: path) {
            self = .named(path, format: "image2")
        } else {
            self = .file(path)
        }
    }

    private static func isScheme(_ text: Substring) -> Bool {
        guard let first = text.first, first.isLetter else { return false }
        return text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0)) }
    }

    /// `%d` or `%04d`, as in `frame-%04d.png`; no word after a percentage, as in `100%done.png`.
    static func isPattern(_ path: String) -> Bool {
        path.range(of: "%([0-9]+d|d(?![a-z]))", options: .regularExpression) != nil
    }

    /// Whether data arrives as it is made, so that reading ahead would delay frames.
    var isLive: Bool {
        switch self {
        case .file: false
        case .descriptor, .network: true
        case .named(_, let format): format != "image2"
        }
    }
}
