import Glibc

/// Paths without links in them.
public enum RealPath {
    /// The file that `path` leads to, absolute; nil where there is none.
    public static func of(_ path: String) -> String? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        return String(cString: real)
    }
}
