import Glibc

/// Bytes to standard output; words to standard error.
enum Output {
    static func write(_ bytes: [UInt8]) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes { Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            guard count > 0 else { stop("cannot write to standard output", code: 1) }
            sent += count
        }
    }

    static func stop(_ message: String, code: Int32) -> Never {
        let line = Array("HarbourGenerator: \(message)\n".utf8)
        _ = Glibc.write(STDERR_FILENO, line, line.count)
        exit(code)
    }
}
