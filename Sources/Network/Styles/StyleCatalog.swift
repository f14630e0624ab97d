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
        let executable = (RealPath.of("/proc/self/exe") ?? "/").folderAndName.folder
        self.init(
            environment: getenv("TEMPERA_MODELS").map { String(cString: $0) }, executableDirectory: executable,
            currentDirectory: RealPath.of(".") ?? "/")
    }

    init(environment: String?, executableDirectory: String, currentDirectory: String) {
        var folders = (environment ?? "").split(separator: ":").map(String.init)
        for start in [executableDirectory, currentDirectory] {
            if let checkout = Self.checkout(around: start) { folders.append(checkout + "/Models") }
            if start == executableDirectory {
                folders.append(executableDirectory.folderAndName.folder + "/share/tempera/models")
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
            return StyleInfo(name: Self.name(stem), network: Self.network(stem, of: architecture), path: path, metadata: file.metadata)
        }
    }

    /// What is wrong with files of the folders that are no whole weights files, by their names.
    public var broken: [WeightsError] {
        files.sorted { $0.key < $1.key }.compactMap { _, path in
            do throws(WeightsError) { _ = try SafeTensors(path: path) } catch { return error }
            return nil
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
        let plain = files[stem], live = files[stem + Self.ending(.live)]
        // A plain name may hold a live network, where there is none that says so.
        let isFull = plain.map { Self.network(at: $0) == .full } ?? false
        func path(_ network: StyleNetwork) -> String? {
            switch network {
            case .full: isFull ? plain : nil
            case .live: live ?? (isFull ? nil : plain)
            }
        }
        if let path = named.lazy.compactMap(path).first { return path }
        if let wanted = named.first, plain ?? live != nil { throw .noNetwork(stem, wanted) }
        if Self.isFile(nameOrFile) { return nameOrFile }
        if files.isEmpty { throw .nothingBundled(searched: folders) }
        throw .unknown(nameOrFile, near: NearNames.of(nameOrFile, in: Set(files.keys.map(Self.name)).sorted()))
    }

    /// The name of the bundled network that enlarges by `scale`, for `pixel` and `feature`; others as they are.
    public static func upscaler(_ name: String, scale: Int) -> String {
        ["pixel", "feature"].contains(name) ? "upscaler-x\(scale)-\(name)" : name
    }

    private static let suffix = ".safetensors"

    /// What a network's files have between the style's name and `suffix`.
    private static func ending(_ network: StyleNetwork) -> String { network == .full ? "" : ".\(network.rawValue)" }

    /// Which of a style's networks a file without `.live` in its name holds.
    private static func network(at path: String) -> StyleNetwork {
        (try? SafeTensors(path: path)).flatMap { try? Model.architecture(of: $0) }.map { network("", of: $0) } ?? .full
    }

    /// Which of a style's networks a file is, by its name without `.safetensors`, or else by what it holds.
    public static func network(_ stem: String, of architecture: Architecture) -> StyleNetwork {
        architecture.name.hasPrefix("live") ? .live : network(stem)
    }

    /// Which of a style's networks a file is, by its name without `.safetensors`.
    public static func network(_ stem: String) -> StyleNetwork { stem.hasSuffix(ending(.live)) ? .live : .full }

    /// The style's name in that of a file without `.safetensors`.
    public static func name(_ stem: String) -> String { String(stem.dropLast(ending(network(stem)).count)) }

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
}

extension StyleCatalog {
    /// The nearest folder at or above `path` that is a checkout of this package.
    private static func checkout(around path: String) -> String? {
        var path = path
        while path.hasPrefix("/") && path != "/" {
            if isDirectory(path + "/Models") && isDirectory(path + "/Sources/Network")
                && access(path + "/Package.swift", F_OK) == 0
            {
                return path
            }
            path = path.folderAndName.folder
        }
        return nil
    }

    private static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Whether something that is no folder is at `path`.
    static func isFile(_ path: String) -> Bool { access(path, F_OK) == 0 && !isDirectory(path) }
}
