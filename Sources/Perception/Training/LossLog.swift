import Foundation

/// The losses of a run, step by step, kept and written as CSV.
final class LossLog {
    struct Row {
        /// Steps done after this one.
        let step: Int
        let seconds: Double
        let rate: Double
        /// Whose turn it was, from 0.
        let painting: Int
        let losses: Losses
        /// As it was summed up: what is read back is rounded.
        let total: Double

        init(step: Int, seconds: Double, rate: Double, painting: Int, losses: Losses) {
            (self.step, self.seconds, self.rate, self.painting) = (step, seconds, rate, painting)
            (self.losses, total) = (losses, losses.total)
        }
    }

    private(set) var rows: [Row] = []
    private let path: String
    private var file: FileHandle?

    static let header = (["step", "seconds", "rate", "painting"] + Losses.terms.map(\.name) + ["total"]).joined(separator: ",") + "\n"

    /// - Parameter steps: Rows of the file's first steps to keep: those that a resumed run does not do again.
    init(_ path: String, keeping steps: Int) throws(TrainingError) {
        self.path = path
        let text = steps > 0 ? (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" : ""
        rows = text.split(separator: "\n").compactMap(Row.init).filter { $0.step <= steps }
        try rewrite()
    }

    func append(_ row: Row) {
        rows.append(row)
        // A full disk is found when the model is written.
        try? file?.write(contentsOf: Data(row.line.utf8))
    }

    /// Takes back all rows after `step`.
    func cut(after step: Int) throws(TrainingError) {
        rows.removeAll { $0.step > step }
        try rewrite()
    }

    private func rewrite() throws(TrainingError) {
        do {
            try Data((Self.header + rows.map(\.line).joined()).utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
            file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
            _ = try file?.seekToEnd()
        } catch {
            throw .cannotWrite(path, error.reason)
        }
    }
}

extension LossLog.Row {
    /// Also of a log that does not say whose turn it was.
    init?(_ line: Substring) {
        var fields = line.split(separator: ",").compactMap { Double($0) }
        if fields.count == Losses.terms.count + 4 { fields.insert(1, at: 3) }
        guard fields.count == Losses.terms.count + 5, fields.allSatisfy(\.isFinite), let step = Int(exactly: fields[0]),
            let painting = Int(exactly: fields[3])
        else { return nil }
        self.step = step
        (seconds, rate, self.painting) = (fields[1], fields[2], painting - 1)
        var losses = Losses()
        for (term, value) in zip(Losses.terms, fields.dropFirst(4)) { losses[keyPath: term.path] = value }
        self.losses = losses
        total = fields[fields.count - 1]
    }

    var line: String {
        let values = (Losses.terms.map { losses[keyPath: $0.path] } + [total]).map { String(format: "%.6g", $0) }
        let place = "\(step),\(String(format: "%.1f", seconds)),\(String(format: "%.6g", rate)),\(painting + 1)"
        return "\(place),\(values.joined(separator: ","))\n"
    }
}
