import Glibc

/// A regular file's bytes, mapped read-only.
///
/// `@unchecked Sendable`: the bytes are never written.
final class MappedFile: @unchecked Sendable {
    let bytes: UnsafeRawBufferPointer

    init(path: String) throws(WeightsError.Reason) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw .lastSystemError("cannot open") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .lastSystemError("cannot open") }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .notAFile }
        guard status.st_size > 0 else {
            bytes = UnsafeRawBufferPointer(start: nil, count: 0)
            return
        }
        guard let start = mmap(nil, status.st_size, PROT_READ, MAP_PRIVATE, descriptor, 0), start != MAP_FAILED else {
            throw .lastSystemError("cannot map")
        }
        bytes = UnsafeRawBufferPointer(start: start, count: status.st_size)
    }

    deinit {
        if let start = bytes.baseAddress { munmap(UnsafeMutableRawPointer(mutating: start), bytes.count) }
    }
}

extension WeightsError.Reason {
    /// What the system said about the last call that failed.
    static func lastSystemError(_ action: String) -> WeightsError.Reason {
        .system("\(action): \(String(cString: strerror(errno)))")
    }
}
