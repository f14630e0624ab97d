import Tempera

extension JobConsole {
    /// Does the same with every file of a folder; a failure is named and the next file begins.
    func run(_ batch: Batch, _ signals: Signals, what: String) throws {
        let progressFile = try reports.progress.map { try ProgressFile($0) }
        defer { progressFile?.finish() }
        let folder = batch.job.output
        if let choice { log.notice("\(choice)") }
        let summary = try batch.run(cancellation: signals.cancellation) { event in
            switch event {
            case .began(let file, let number, let count): log.info("\(file) (\(number) of \(count))")
            case .job(let file, let event): tell(event, of: file, signals, progressFile, what: what)
            case .finished(let file, let summary):
                if !quiet { tell(summary, name: "\(folder)/\(file)", hasRate: batch.job.hasRate) }
            case .failed(let file, let error):
                var text = "\(error)"
                if case .outputExists = error { text += ", or -n to leave such files as they are" }
                Console.shared.note(text.contains(file) ? text : "\(batch.job.input)/\(file): \(text)")
            case .leftOut(let files):
                let shown = verbosity == .verbose ? files.count : 5
                let named = files.prefix(shown).joined(separator: ", ") + (files.count > shown ? " and \(files.count - shown) more" : "")
                let inside = files.contains { $0.hasSuffix("/") } ? "; folders in it are not entered" : ""
                log.notice("left out, no video or picture: \(named)\(inside)")
            case .finishedBefore(let file): log.notice("\(folder)/\(file): there already")
            }
        }
        if !quiet || summary.failed > 0 {
            let left = summary.unfinished > 0 ? ", \(summary.unfinished) left" : ""
            Console.shared.note("\(folder): \(summary.painted) done, \(summary.failed) failed\(left)")
        }
        if summary.wasStopped, let signal = signals.received { throw ExitStatus.stopped(by: signal) }
        if summary.failed > 0 { throw ExitStatus(code: ExitStatus.failed) }
    }
}
