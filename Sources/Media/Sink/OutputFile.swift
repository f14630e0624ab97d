import CFFmpeg
import Foundation

/// Where a sink's bytes go: beside a file until it is whole, or straight into a pipe or device.
final class OutputFile {
    let path: String
    /// What the bytes go to, by FFmpeg's naming.
    let url: String
    private(set) var context: UnsafeMutablePointer<AVIOContext>?
    /// What is written; nil when bytes go straight to their target.
    private let partial: String?
    private let target: String

    var isPipe: Bool { Self.isPipe(path) }

    static func isPipe(_ path: String) -> Bool { path == "-" || path.hasPrefix("pipe:") }

    /// - Parameters:
    ///   - container: pictures are opened by their muxer, and a numbered row of them has no name of its own.
    ///   - segments: the folder in which to write, in place of one beside the target.
    init(_ path: String, container: Container, segments: SegmentFolder? = nil) throws(MediaError) {
        self.path = path
        if Self.isPipe(path) {
            // A reader that goes away is an error to report, not a reason to die.
            var action = sigaction()
            if sigaction(SIGPIPE, nil, &action) == 0, action.__sigaction_handler.sa_handler == nil {
                signal(SIGPIPE, SIG_IGN)
            }
            target = path
            partial = nil
            url = path == "-" ? "pipe:1" : path
        } else {
            target = Self.resolved(path)
            let folder = (target as NSString).deletingLastPathComponent
            guard access(folder.isEmpty ? "." : folder, W_OK) == 0 || access(target, F_OK) == 0 else {
                throw FFmpegStatus(tempera_averror(errno)).writing(path, action: "opening")
            }
            var information = stat()
            let exists = stat(target, &information) == 0
            if exists && information.st_mode & S_IFMT == S_IFDIR { throw .isDirectory(path) }
            if container.writesNumberedPictures(path) || exists && information.st_mode & S_IFMT != S_IFREG {
                partial = nil
                url = "file:" + target
            } else {
                if exists && access(target, W_OK) != 0 { throw .noPermission(path) }
                try segments?.open()
                // Names may be 255 bytes long at most.
                let name = String((target as NSString).lastPathComponent.prefix(50))
                let partial =
                    segments?.output ?? (folder as NSString).appendingPathComponent(".\(name).partial-\(getpid())")
                self.partial = partial
                url = "file:" + partial
            }
        }
        if container.has(AVFMT_NOFILE) { return }
        let status = avio_open2(&context, url, AVIO_FLAG_WRITE, nil, nil)
        guard status >= 0 else { throw FFmpegStatus(status).writing(path, action: "opening") }
    }

    deinit { discard() }

    /// Puts the finished file in its place.
    func commit() throws(MediaError) {
        let status = avio_closep(&context)
        guard status >= 0 else {
            discard()
            throw FFmpegStatus(status).writing(path, action: "writing")
        }
        guard let partial else { return }
        var information = stat()
        if stat(target, &information) == 0 { chmod(partial, information.st_mode & 0o7777) }
        guard rename(partial, target) == 0 else {
            let error = FFmpegStatus(tempera_averror(errno)).writing(path, action: "renaming")
            discard()
            throw error
        }
    }

    /// Removes what was written so far.
    func discard() {
        avio_closep(&context)
        if let partial { unlink(partial) }
    }

    /// The file behind a symbolic link, so that the link stays one.
    private static func resolved(_ path: String) -> String {
        guard let real = realpath(path, nil) else { return path }
        defer { free(real) }
        return String(cString: real)
    }

    /// Whether both names mean one file.
    static func isSame(_ first: String, _ second: String) -> Bool {
        var (a, b) = (stat(), stat())
        guard stat(first, &a) == 0, stat(second, &b) == 0, a.st_mode & S_IFMT == S_IFREG else { return false }
        return a.st_dev == b.st_dev && a.st_ino == b.st_ino
    }
}
