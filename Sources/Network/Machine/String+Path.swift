extension String {
    /// The folder that this path lies in (`.` where it names none), and the name in it. Foundation's own traps on "-".
    package var folderAndName: (folder: String, name: String) {
        guard let slash = lastIndex(of: "/") else { return (".", self) }
        let folder = String(self[..<slash])
        return (folder.isEmpty ? "/" : folder, String(self[index(after: slash)...]))
    }

    /// A file's name without what follows its last dot.
    package var stem: String { lastIndex(of: ".").map { $0 > startIndex ? String(self[..<$0]) : self } ?? self }

    /// What follows the last dot of a file's name, in small letters; a name that begins with its only dot has none.
    package var ending: String { dropFirst(stem.count + 1).lowercased() }
}
