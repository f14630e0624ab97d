import Glibc

/// The folders in which styles lie, best first, and what is in them.
///
/// ```swift
/// let catalog = StyleCatalog()
/// let model = try Model.load(try catalog.resolve("starry-night"))
/// ```
public struct StyleCatalog: Sendable {
    /// Looked at in this order; the first file of a name wins.
    public let folders: [String]

    public init(folders: [String]) { self.folders = folders }

    /// The folders of this machine: those that `TEMPERA_MODELS` names (separated by colons), `Models/` of the source
    /// checkout around the executable or the current directory, and `share/tempera/models` of the prefix that the
    /// executable is installed in.
    public init() {
        let executable = Self.directory(of: RealPath.of("/proc/self/exe") ?? "")
        self.init(
            environment: getenv("TEMPERA_MODELS").map { String(cString: $0) }, executableDirectory: executable,
            currentDirectory: RealPath.of(".") ?? "/")
    }

    init(environment: String?, executableDirectory: String, currentDirectory: String) {
        var folders = (environment ?? "").split(separator: ":").map(String.init)
        for start in [executableDirectory, currentDirectory] {
            if let checkout = Self.checkout(around: start) { folders.append(checkout + "/Models") }
            if start == executableDirectory {
                folders.append(Self.directory(of: executableDirectory) + "/share/tempera/models")
            }
        }
        var seen: Set<String> = []
        self.init(folders: folders.filter { Self.isDirectory($0) && seen.insert(RealPath.of($0) ?? $0).inserted })
    }

    /// Every style of the folders, by name. Other files and networks of other kinds are left out: `resolve` still finds
    /// them, and reading them says what is wrong.
    public var styles: [StyleInfo] {
        files.sorted { $0.key < $1.key }.compactMap { stem, path in
            guard let file = try? SafeTensors(path: path), let architecture = try? Model.architecture(of: file),
                architecture.enlargement == 1
            else { return nil }
            return StyleInfo(name: Self.name(stem), network: Self.network(stem), path: path, metadata: file.metadata)
        }
    }

    /// The file of a bundled style's name, or the path of a weights file as it is.
    /// - Parameter networks: Which of a bundled style's networks will do, best first.
    /// - Throws: `StyleError`.
    public func resolve(
        _ nameOrFile: String, networks: [StyleNetwork] = StyleNetwork.allCases
    ) throws(StyleError) -> String {
        if nameOrFile.contains("/") || nameOrFile.hasSuffix(Self.suffix) { return nameOrFile }
        let files = files
        let stem = Self.name(nameOrFile), named = nameOrFile == stem ? networks : [.live]
        if let path = named.lazy.compactMap({ files[stem + Self.ending($0)] }).first { return path }
        if let wanted = named.first, StyleNetwork.allCases.contains(where: { files[stem + Self.ending($0)] != nil }) {
            throw .noNetwork(stem, wanted)
        }
        if access(nameOrFile, F_OK) == 0 && !Self.isDirectory(nameOrFile) { return nameOrFile }
        if files.isEmpty { throw .nothingBundled(searched: folders) }
        throw .unknown(nameOrFile, near: near(nameOrFile, in: Set(files.keys.map(Self.name)).sorted()))
    }

    private static let suffix = ".safetensors"

    /// What a network's files have between the style's name and `suffix`.
    private static func ending(_ network: StyleNetwork) -> String { network == .full ? "" : ".\(network.rawValue)" }

    private static func network(_ stem: String) -> StyleNetwork { stem.hasSuffix(ending(.live)) ? .live : .full }

    private static func name(_ stem: String) -> String { String(stem.dropLast(ending(network(stem)).count)) }

    /// Path by name.
    private var files: [String: String] {
        var files: [String: String] = [:]
        for folder in folders {
            guard let directory = opendir(folder) else { continue }
            defer { closedir(directory) }
            while let entry = readdir(directory) {
                let file = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
                }
                guard file.hasSuffix(Self.suffix), !file.hasPrefix(".") else { continue }
                let name = String(file.dropLast(Self.suffix.count))
                if files[name] == nil { files[name] = "\(folder)/\(file)" }
            }
        }
        return files
    }

    /// At most three names within a typing error or so of `name`, or that it begins, nearest first.
    private func near(_ name: String, in names: [String]) -> [String] {
        let wanted = Array(name.lowercased().utf8)
        guard wanted.count <= 100 else { return [] }
        let scored = names.compactMap { candidate -> (distance: Int, name: String)? in
            let letters = Array(candidate.lowercased().utf8)
            let distance = wanted.count >= 2 && letters.starts(with: wanted) ? 0 : Self.distance(wanted, letters)
            return distance <= max(2, letters.count / 3) ? (distance, candidate) : nil
        }
        return scored.sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }.prefix(3).map(\.name)
    }

    /// Insertions, deletions and replacements from `a` to `b` (Levenshtein).
    private static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        var row = Array(0...b.count)
        for i in a.indices {
            var diagonal = row[0]
            row[0] = i + 1
            for j in b.indices {
                let replaced = diagonal + (a[i] == b[j] ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(replaced, diagonal + 1, row[j] + 1)
            }
        }
        return row[b.count]
    }
}

extension StyleCatalog {
    /// The nearest folder at or above `path` that is a checkout of this package.
    private static func checkout(around path: String) -> String? {
        var path = path
        while !path.isEmpty && path != "/" {
            if isDirectory(path + "/Models") && isDirectory(path + "/Sources/Network")
                && access(path + "/Package.swift", F_OK) == 0
            {
                return path
            }
            path = directory(of: path)
        }
        return nil
    }

    private static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Without the last component.
    private static func directory(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return "/" }
        return String(path[..<slash])
    }

}
