import CFFmpeg
import Foundation
import Network
import Synchronization

/// Where a sink's bytes go: beside a file until it is whole, or straight into a pipe or device.
final class OutputFile {
    let path: String
    /// What the bytes go to, by FFmpeg's naming.
    let url: String
    private(set) var context: UnsafeMutablePointer<AVIOContext>?
    /// What is written; nil when bytes go straight to their target.
    private let partial: String?
    private let target: String
    /// Whether parts of the output are thrown away once it is whole: then it must be on the disk before.
    private let replacesParts: Bool

    /// Those of this process that are not in their place yet.
    private static let unfinished = Mutex<Set<String>>([])

    /// Removes what all outputs of this process have written so far and is not in its place: for a process that ends at once.
    static func removeUnfinished() {
        for partial in unfinished.withLock({ $0 }) { try? FileManager.default.removeItem(atPath: partial) }
    }

    /// Whether bytes go straight to whoever reads them: a pipe, by whatever name, or a device.
    static func isStream(_ path: String) -> Bool { isDescriptor(path) || RealPath.isStream(path.withoutFileScheme) }

    /// Whether what was written cannot be changed any more.
    static func isPipe(_ path: String) -> Bool { isDescriptor(path) || RealPath.isPipe(path.withoutFileScheme) }

    private static func isDescriptor(_ path: String) -> Bool { path == "-" || path.hasPrefix("pipe:") }

    /// - Parameters:
    ///   - container: pictures are opened by their muxer, and a numbered row of them has no name of its own.
    ///   - segments: the folder in which to write, in place of one beside the target.
    init(_ path: String, container: Container, segments: SegmentFolder? = nil) throws(MediaError) {
        let path = path.withoutFileScheme
        self.path = path
        replacesParts = segments != nil
        if Self.isPipe(path) {
            // A reader that goes away is an error to report, not a reason to die.
            var action = sigaction()
            if sigaction(SIGPIPE, nil, &action) == 0, action.__sigaction_handler.sa_handler == nil {
                signal(SIGPIPE, SIG_IGN)
            }
        }
        if Self.isDescriptor(path) {
            target = path
            partial = nil
            url = path == "-" ? "pipe:1" : path
        } else {
            // A link is written through, not replaced.
            target = RealPath.target(of: path)
            let (folder, name) = target.folderAndName
            guard MediaFiles.isFolder(folder) else { throw .unwritable(path, why: "there is no folder \(folder)") }
            guard name.utf8.count <= 255 else { throw .unwritable(path, why: "the name is too long") }
            guard access(target, F_OK) == 0 || access(folder, W_OK) == 0 else { throw Self.denied(folder, errno) }
            if MediaFiles.isFolder(target) { throw .isDirectory(path) }
            if RealPath.isStream(target) {
                partial = nil
                url = "file:" + target
            } else if container.writesNumberedPictures(path) {
                var unique = Array("\(folder)/.pictures.partial-XXXXXX".utf8CString)
                guard mkdtemp(&unique) != nil else {
                    throw FFmpegStatus(tempera_averror(errno)).writing(path, action: "opening")
                }
                let partial = String(decoding: unique.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
                self.partial = partial
                url = "file:\(partial)/\(name)"
            } else {
                if access(target, F_OK) == 0, access(target, W_OK) != 0 { throw Self.denied(path, errno) }
                try segments?.open()
                let partial = segments?.output ?? Self.claim("\(folder)/.\(name.shortened).partial-\(getpid())")
                self.partial = partial
                url = "file:" + partial
            }
        }
        if let partial { _ = Self.unfinished.withLock { $0.insert(partial) } }
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
        if MediaFiles.isFolder(partial) { return try commitPictures(from: partial) }
        var information = stat()
        if stat(target, &information) == 0 { chmod(partial, information.st_mode & 0o7777) }
        guard !replacesParts || Self.isOnDisk(partial), rename(partial, target) == 0 else {
            let error = FFmpegStatus(tempera_averror(errno)).writing(path, action: "completing")
            discard()
            throw error
        }
        _ = Self.unfinished.withLock { $0.remove(partial) }
    }

    /// `name`, or one like it where another output of this process is on its way to the same place.
    private static func claim(_ name: String) -> String {
        unfinished.withLock { names in
            let own = names.contains(name) ? "\(name)-\(UInt32.random(in: .min ... .max))" : name
            names.insert(own)
            return own
        }
    }

    /// Why `path` may not be written to, by what `access` has said.
    private static func denied(_ path: String, _ code: Int32) -> MediaError {
        code == EROFS ? .unwritable(path, why: "the file system is read-only") : .noPermission(path)
    }

    /// Waits until all of a file is on the disk.
    private static func isOnDisk(_ path: String) -> Bool {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        defer { if file >= 0 { close(file) } }
        return file >= 0 && fsync(file) == 0
    }

    /// Gives numbered pictures their place, each over an older one of its name.
    private func commitPictures(from partial: String) throws(MediaError) {
        let folder = target.folderAndName.folder
        for name in (try? FileManager.default.contentsOfDirectory(atPath: partial).sorted()) ?? [] {
            let (from, to) = ("\(partial)/\(name)", "\(folder)/\(name)")
            guard rename(from, to) == 0 else {
                let error = FFmpegStatus(tempera_averror(errno)).writing(to, action: "renaming")
                discard()
                throw error
            }
        }
        discard()
    }

    /// Removes what was written so far and is not in its place.
    func discard() {
        avio_closep(&context)
        guard let partial, Self.unfinished.withLock({ $0.remove(partial) }) != nil else { return }
        try? FileManager.default.removeItem(atPath: partial)
    }
}
