import Glibc

/// Paths without links in them.
public enum RealPath {
    /// The file that `path` leads to, absolute; nil where there is none.
    public static func of(_ path: String) -> String? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        return String(cString: real)
    }

    /// What writing to `path` makes or replaces: also the file that a link names and that is not there yet.
    public static func target(of path: String) -> String {
        if let real = of(path) { return real }
        var link = [CChar](repeating: 0, count: Int(PATH_MAX))
        guard case let count = readlink(path, &link, link.count), count > 0 else { return path }
        let named = String(decoding: link.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
        guard !named.hasPrefix("/"), let slash = path.lastIndex(of: "/") else { return named }
        return path[...slash] + named
    }
}
