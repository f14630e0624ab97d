import Glibc

/// Paths without links in them.
public enum RealPath {
    /// The file that `path` leads to, absolute; nil where there is none.
    public static func of(_ path: String) -> String? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        return String(cString: real)
    }

    /// Whether a pipe or a device is at `path`: what is written there replaces nothing.
    public static func isStream(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && ![S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT)
    }

    /// Whether a pipe or a socket is at `path`: what was written there cannot be changed any more.
    public static func isPipe(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && [S_IFIFO, S_IFSOCK].contains(status.st_mode & S_IFMT)
    }

    /// What writing to `path` makes or replaces: also the file that a link names and that is not there yet. A pipe or a device
    /// as it is: what /dev/fd has for one leads to no name.
    public static func target(of path: String) -> String {
        if isStream(path) { return path }
        if let real = of(path) { return real }
        // As many links as the kernel follows.
        var path = path
        for _ in 0..<40 {
            guard let next = link(path) else { break }
            path = next
        }
        return path
    }

    /// What the link at `path` names; nil where there is none.
    private static func link(_ path: String) -> String? {
        var link = [CChar](repeating: 0, count: Int(PATH_MAX))
        guard case let count = readlink(path, &link, link.count), count > 0 else { return nil }
        let named = String(decoding: link.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
        guard !named.hasPrefix("/"), let slash = path.lastIndex(of: "/") else { return named }
        return path[...slash] + named
    }
}
