import CFFmpeg
import Foundation

/// The bytes of a local file or of a pipe, for a demuxer.
///
/// A pipe is read by our own callback: it waits in `poll`, so that an interruption ends a wait for data that never
/// comes. Used by the thread that demuxes.
final class InputStream {
    private(set) var context: UnsafeMutablePointer<AVIOContext>?
    private let descriptor: Int32
    private let closesDescriptor: Bool
    private let interruption: Interruption?
    /// Bytes looked at in advance, still to be handed out.
    private var head: [UInt8] = []
    /// Whether bytes came, of a pipe, and whether the end did.
    private var (hasBytes, hasEnded) = (false, false)

    /// A file, through FFmpeg's `file` protocol and no other.
    init(file path: String) throws(MediaError) {
        descriptor = -1
        closesDescriptor = false
        interruption = nil
        var options = OptionDictionary(["protocol_whitelist": "file"])
        let status = avio_open2(&context, "file:" + path, AVIO_FLAG_READ, nil, &options.handle)
        guard status >= 0 else { throw FFmpegStatus(status).reading(path, action: "opening") }
        hasEnded = MediaFiles.isRegular(path) && avio_size(context) == 0
    }

    /// A named pipe or a device, opened without waiting for whoever writes.
    convenience init(pipe path: String, interruption: Interruption) throws(MediaError) {
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw FFmpegStatus(tempera_averror(errno)).reading(path, action: "opening") }
        try self.init(descriptor: descriptor, name: path, interruption: interruption, closesDescriptor: true)
    }

    /// An open file descriptor, which stays open unless `closesDescriptor`.
    init(
        descriptor: Int32, name: String, interruption: Interruption, closesDescriptor: Bool = false
    ) throws(MediaError) {
        self.descriptor = descriptor
        self.closesDescriptor = closesDescriptor
        self.interruption = interruption
        var information = stat()
        guard fstat(descriptor, &information) == 0 else {
            throw .failed(action: "opening", path: name, why: "it is closed")
        }
        if information.st_mode & S_IFMT == S_IFDIR { throw .isDirectory(name) }
        let isFile = information.st_mode & S_IFMT == S_IFREG
        let size: Int32 = 65536
        guard let buffer = av_malloc(Int(size)) else { throw .failed(action: "opening", path: name, why: "no memory") }
        context = avio_alloc_context(
            buffer.assumingMemoryBound(to: UInt8.self), size, 0, Unmanaged.passUnretained(self).toOpaque(),
            { @Sendable opaque, bytes, count in
                guard let opaque, let bytes else { return tempera_averror(EINVAL) }
                return Unmanaged<InputStream>.fromOpaque(opaque).takeUnretainedValue().read(bytes, Int(count))
            },
            nil,
            isFile
                ? { @Sendable opaque, offset, whence in
                    guard let opaque else { return Int64(tempera_averror(EINVAL)) }
                    return Unmanaged<InputStream>.fromOpaque(opaque).takeUnretainedValue().seek(offset, whence)
                } : nil)
    }

    deinit {
        if descriptor < 0 {
            avio_closep(&context)
        } else if let owned = context {
            av_freep(&owned.pointee.buffer)
            avio_context_free(&context)
        }
        if closesDescriptor { close(descriptor) }
    }

    /// Whether not one byte is there, as far as was read.
    var isEmpty: Bool { hasEnded && !hasBytes }

    /// Whether a pipe begins with `signature`. Waits for no more bytes than that; a probe would wait for 2 KiB.
    func begins(with signature: String) -> Bool {
        guard descriptor >= 0 else { return false }
        let expected = Array(signature.utf8)
        while head.count < expected.count, head.elementsEqual(expected.prefix(head.count)) {
            var buffer = [UInt8](repeating: 0, count: expected.count - head.count)
            let got = receive(&buffer, buffer.count)
            if got <= 0 { break }
            head += buffer.prefix(Int(got))
        }
        return head == expected
    }

    private func read(_ bytes: UnsafeMutablePointer<UInt8>, _ count: Int) -> Int32 {
        guard !head.isEmpty else { return receive(bytes, count) }
        let given = min(count, head.count)
        bytes.update(from: head, count: given)
        head.removeFirst(given)
        return Int32(given)
    }

    private func receive(_ bytes: UnsafeMutablePointer<UInt8>, _ count: Int) -> Int32 {
        while true {
            if interruption?.isRaised == true { return tempera_averror_exit }
            var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let ready = poll(&waiting, 1, 100)
            if ready == 0 || (ready < 0 && errno == EINTR) { continue }
            let got = Glibc.read(descriptor, bytes, count)
            if got > 0 {
                hasBytes = true
                return Int32(got)
            }
            if got == 0 {
                hasEnded = true
                return tempera_averror_eof
            }
            if errno != EINTR && errno != EAGAIN { return tempera_averror(errno) }
        }
    }

    private func seek(_ offset: Int64, _ whence: Int32) -> Int64 {
        if whence & AVSEEK_SIZE != 0 {
            var information = stat()
            return fstat(descriptor, &information) == 0 ? Int64(information.st_size) : Int64(tempera_averror(errno))
        }
        head = []
        let position = lseek(descriptor, off_t(offset), whence & 3)
        return position >= 0 ? Int64(position) : Int64(tempera_averror(errno))
    }
}
