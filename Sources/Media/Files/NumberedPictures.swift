import Foundation
import Network

/// The pictures that a name like `frame-%04d.png` stands for.
struct NumberedPictures {
    /// Of the files that are there and not empty, ascending.
    let numbers: [Int]
    /// The files themselves.
    let names: [String]

    /// Nil where the name is none of that kind.
    /// - Parameter start: The first number to look at.
    init?(_ pattern: String, from start: Int = 0) {
        let (folder, name) = pattern.folderAndName
        guard InputLocation.isPattern(pattern), MediaFiles.isPicture(pattern) else { return nil }
        let parts = name.split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let d = parts[1].firstIndex(of: "d") else { return nil }
        // `%04d`: four digits, and more only where the number has them.
        let prefix = parts[0], least = Int(parts[1][..<d]) ?? 1, suffix = parts[1][parts[1].index(after: d)...]
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let files = names.compactMap { name -> (number: Int, name: String)? in
            guard name.hasPrefix(prefix), name.hasSuffix(suffix), name.count > prefix.count + suffix.count else { return nil }
            let digits = name.dropFirst(prefix.count).dropLast(suffix.count)
            guard digits.allSatisfy(\.isNumber), digits.count == least || digits.count > least && digits.first != "0" else {
                return nil
            }
            var status = stat()
            // What a program that was stopped left.
            if stat("\(folder)/\(name)", &status) == 0, status.st_size == 0 { return nil }
            return Int(digits).map { ($0, name) }
        }.filter { $0.number >= start }.sorted { $0.number < $1.number }
        (numbers, self.names) = (files.map(\.number), files.map(\.name))
    }

    /// The first number that is missing and how many come after it; nil where there is no gap.
    var gap: (at: Int, left: Int)? {
        guard let last = numbers.indices.dropLast().first(where: { numbers[$0 + 1] > numbers[$0] + 1 }) else { return nil }
        return (numbers[last] + 1, numbers.count - last - 1)
    }
}
