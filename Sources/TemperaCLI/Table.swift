/// Columns as wide as their widest cell, two blanks apart. Control characters, which a file's metadata may hold, are left out.
struct Table {
    let header: [String]
    let rows: [[String]]
    /// Columns of numbers.
    var rightAligned: Set<Int> = []

    var text: String {
        let all = ([header] + rows).map { $0.map { String($0.filter { !$0.unicodeScalars.contains { $0.properties.generalCategory == .control } }) } }
        let widths = header.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        return all.map { row in
            let cells = row.indices.map { column in
                let padding = String(repeating: " ", count: widths[column] - row[column].count)
                return rightAligned.contains(column) ? padding + row[column] : row[column] + padding
            }
            let line = cells.joined(separator: "  ")
            return String(line.reversed().drop { $0 == " " }.reversed())
        }.joined(separator: "\n")
    }
}
