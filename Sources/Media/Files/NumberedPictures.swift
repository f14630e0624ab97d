import Foundation

/// The pictures that a name like `frame-%04d.png` stands for.
struct NumberedPictures {
    /// Of the files that are there, ascending.
    let numbers: [Int]

    /// Nil where the name is none of that kind.
    init?(_ pattern: String) {
        let (folder, name) = pattern.folderAndName
        guard InputLocation.isPattern(pattern), MediaFiles.isPicture(pattern) else { return nil }
        let parts = name.split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let d = parts[1].firstIndex(of: "d") else { return nil }
        let prefix = parts[0], suffix = parts[1][parts[1].index(after: d)...]
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        numbers = names.compactMap { name in
            guard name.hasPrefix(prefix), name.hasSuffix(suffix), name.count > prefix.count + suffix.count else { return nil }
            let digits = name.dropFirst(prefix.count).dropLast(suffix.count)
            return digits.allSatisfy(\.isNumber) ? Int(digits) : nil
        }.sorted()
    }

    /// The first number that is missing and how many come after it; nil where there is no gap.
    var gap: (at: Int, left: Int)? {
        guard let last = numbers.indices.dropLast().first(where: { numbers[$0 + 1] > numbers[$0] + 1 }) else { return nil }
        return (numbers[last] + 1, numbers.count - last - 1)
    }
}
