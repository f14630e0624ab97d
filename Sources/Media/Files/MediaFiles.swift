import CFFmpeg
import Foundation
import Network

/// What the names of files say, before one is opened.
public enum MediaFiles {
    /// Endings that FFmpeg's muxers have not on their lists, by others of the same formats.
    private static let otherEndings = [
        "jfif": "jpg", "jpe": "jpg", "qt": "mov", "divx": "avi", "mpe": "mpg", "mod": "mpg", "m2t": "ts",
    ]
    /// Of formats that are read, and written by nobody here.
    private static let readOnlyEndings: Set = ["heic", "heif", "psd", "rm", "rmvb"]

    /// The format that a file of this name is written in.
    static func muxer(_ name: String) -> UnsafePointer<AVOutputFormat>? {
        av_guess_format(nil, name, nil) ?? otherEndings[name.ending].flatMap { av_guess_format(nil, "." + $0, nil) }
    }

    /// How raw frames lie in a file of this name, where it says so: whoever reads a `.yuv` takes it for 4:2:0.
    static func rawPixelFormat(_ name: String) -> String? { name.ending == "yuv" ? "yuv420p" : nil }

    /// Whether a file of this name holds pictures, by a format that can be written or at least read.
    public static func isMedia(_ name: String) -> Bool {
        muxer(name).map { $0.pointee.video_codec != AV_CODEC_ID_NONE } ?? isReadOnly(name)
    }

    /// Whether a file of this name is in a format that nobody here writes.
    public static func isReadOnly(_ name: String) -> Bool { readOnlyEndings.contains(name.ending) }

    /// Whether a file of this name holds a picture, or a row of them.
    public static func isPicture(_ name: String) -> Bool {
        // WebP has a muxer of its own.
        muxer(name).map { ["image2", "webp"].contains(String(cString: $0.pointee.name)) } ?? false
    }

    /// Whether a file of this name can hold pictures that move, by a codec of its own.
    public static func isAnimation(_ name: String) -> Bool {
        muxer(name).map { Container.animations.contains(String(cString: $0.pointee.name)) } ?? false
    }

    /// Whether this name means a row of numbered pictures.
    public static func isRow(_ name: String) -> Bool { InputLocation.isPattern(name) && isPicture(name) }

    /// Removes what this process has written so far of outputs that are not whole: for one that ends at once.
    public static func removeUnfinished() { OutputFile.removeUnfinished() }

    public static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Whether a file is at `path` that is no folder, pipe or device.
    public static func isRegular(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    /// Whether a file is at `path` that could lose something: no folder, pipe or device, and not empty, as `mktemp` makes them.
    public static func holdsData(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && status.st_size > 0
    }

    /// Whether a pipe, by whatever name, or a device is at `path`.
    public static func isStream(_ path: String) -> Bool { OutputFile.isStream(path) }

    /// Whether a pipe, by whatever name, is at `path`.
    public static func isPipe(_ path: String) -> Bool { OutputFile.isPipe(path) }

    /// Whether both paths mean one file or folder, or rows of numbered pictures have one in common.
    public static func isSame(_ first: String, _ second: String) -> Bool {
        let (first, second) = (first.withoutFileScheme, second.withoutFileScheme)
        if InputLocation.isPattern(first), first.folderAndName.name == second.folderAndName.name {
            return isSame(first.folderAndName.folder, second.folderAndName.folder)
        }
        return !identities(first).isDisjoint(with: identities(second))
    }

    /// Device and inode of what is at `path`: of each picture, where it means a row.
    private static func identities(_ path: String) -> Set<SIMD2<UInt64>> {
        var files = [path], status = stat()
        if InputLocation.isPattern(path), stat(path, &status) != 0 {
            files = NumberedPictures(path)?.names.map { "\(path.folderAndName.folder)/\($0)" } ?? []
        }
        return Set(files.compactMap { stat($0, &status) == 0 ? SIMD2(UInt64(status.st_dev), UInt64(status.st_ino)) : nil })
    }

    /// What another run can tell by that the file, or the row of numbered pictures, is still the same: its path, size and time of
    /// change. Nil where nothing is there.
    public static func fingerprint(_ path: String) -> String? {
        let path = path.withoutFileScheme, (folder, name) = path.folderAndName
        var files = [path], status = stat(), (bytes, newest) = (0, 0.0)
        if !FileManager.default.fileExists(atPath: path), let row = NumberedPictures(path) {
            files = row.names.map { "\(folder)/\($0)" }
        }
        for file in files {
            guard stat(file, &status) == 0 else { return nil }
            bytes += Int(status.st_size)
            newest = max(newest, Double(status.st_mtim.tv_sec) + Double(status.st_mtim.tv_nsec) / 1e9)
        }
        let full = URL(fileURLWithPath: folder).resolvingSymlinksInPath().path
        return files.isEmpty ? nil : "\(full)/\(name), \(files.count), \(bytes) bytes, \(newest)"
    }

    /// Whether something is at `path` that could be lost: for `frame-%04d.png`, any picture of that row.
    public static func exists(_ path: String) -> Bool {
        let path = path.withoutFileScheme
        if FileManager.default.fileExists(atPath: path) { return holdsData(path) }
        return NumberedPictures(path)?.numbers.isEmpty == false
    }
}

extension String {
    /// This path, where it is a `file:` URL as FFmpeg takes them.
    var withoutFileScheme: String {
        hasPrefix("file:") ? String(dropFirst(hasPrefix("file://") ? 7 : 5)) : self
    }

    /// This name of a file, or where it is long its beginning and a number made of all of it: names may be 255 bytes long at
    /// most, and others are made of this one. Distinct names stay distinct.
    var shortened: String {
        let most = 100
        guard utf8.count > most else { return self }
        var start = self[...]
        while start.utf8.count > most { start.removeLast() }
        return "\(start)-\(FNV1a(utf8).text)"
    }
}
