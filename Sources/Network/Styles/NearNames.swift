/// What somebody may have meant who mistyped a name.
public enum NearNames {
    /// At most three names within a typing error or so of `name`, or that it begins, nearest first.
    public static func of(_ name: String, in names: [String]) -> [String] {
        let wanted = Array(name.lowercased().utf8)
        guard wanted.count <= 100 else { return [] }
        let scored = names.compactMap { candidate -> (distance: Int, name: String)? in
            let letters = Array(candidate.lowercased().utf8)
            let distance = wanted.count >= 2 && letters.starts(with: wanted) ? 0 : distance(wanted, letters)
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
