import Glibc

/// A file on its way to a name: written under a temporary one beside it, then renamed over it.
struct AtomicFile {
    private let descriptor: Int32

    /// Calls `body` to write the file. When it throws, or the system refuses, what was at `path` stays as it was and
    /// nothing else is left behind.
    static func write(
        to path: String, _ body: (AtomicFile) throws(WeightsError.Reason) -> Void
    ) throws(WeightsError.Reason) {
        // A link is written through, not replaced.
        let target = RealPath.target(of: path)
        var name = Array((target + ".XXXXXX").utf8CString)
        let descriptor = mkstemp(&name)
        guard descriptor >= 0 else { throw .lastSystemError("cannot write") }
        do throws(WeightsError.Reason) {
            defer { close(descriptor) }
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            try body(AtomicFile(descriptor: descriptor))
            var old = stat()
            let mask = umask(0)
            umask(mask)
            let mode = stat(target, &old) == 0 ? old.st_mode & 0o7777 : 0o666 & ~mask
            guard fchmod(descriptor, mode) == 0, fsync(descriptor) == 0 else { throw .lastSystemError("cannot write") }
            guard rename(name, target) == 0 else { throw .lastSystemError("cannot write") }
        } catch {
            unlink(name)
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
