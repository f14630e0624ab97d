import Glibc

/// A file on its way to a name: written under a temporary one beside it, then renamed over it.
struct AtomicFile {
    private let descriptor: Int32

    /// Calls `body` to write the file. When it throws, or the system refuses, what was at `path` stays as it was and
    /// nothing else is left behind.
    static func write(
        to path: String, _ body: (AtomicFile) throws(WeightsError.Reason) -> Void
    ) throws(WeightsError.Reason) {
        // A link is written through, not replaced; so is what is no file, as /dev/null.
        let target = RealPath.target(of: path)
        var old = stat()
        let isThere = stat(target, &old) == 0, isDevice = RealPath.isStream(target)
        let name = isDevice ? target : "\(target).\(String(UInt64.random(in: 1...UInt64.max), radix: 36))"
        let descriptor = open(name, O_WRONLY | O_CLOEXEC | (isDevice ? 0 : O_CREAT | O_EXCL), 0o666)
        guard descriptor >= 0 else { throw .lastSystemError("cannot write") }
        do throws(WeightsError.Reason) {
            defer { close(descriptor) }
            try body(AtomicFile(descriptor: descriptor))
            if isDevice { return }
            guard !isThere || fchmod(descriptor, old.st_mode & 0o7777) == 0, fsync(descriptor) == 0,
                rename(name, target) == 0
            else { throw .lastSystemError("cannot write") }
        } catch {
            if !isDevice { unlink(name) }
            throw error
        }
    }

    func append(_ bytes: [UInt8]) throws(WeightsError.Reason) {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress?.advanced(by: written), $0.count - written)
            }
            if count > 0 {
                written += count
            } else if count < 0 && errno != EINTR {
                throw .lastSystemError("cannot write")
            }
        }
    }
}
