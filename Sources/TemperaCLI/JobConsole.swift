import Logging
import Tempera

/// A job with a person watching: progress, warnings, and a line on how it went.
struct JobConsole {
    let log = Logger(label: "tempera")
    let verbosity: Verbosity
    var quiet: Bool { verbosity == .quiet }
    let reports: ReportArguments
    /// What was asked for.
    let precision: Precision
    /// What was chosen for the user, who is told when the job begins.
    let choice: String?

    /// What would paint faster.
    let advice: String

    init(_ verbosity: Verbosity, _ reports: ReportArguments, _ precision: Precision, choice: String? = nil, advice: String) {
        self.precision = precision
        self.advice = advice
        self.verbosity = verbosity
        self.reports = reports
        self.choice = choice
    }

    /// Runs the job, of one file or of all files of a folder.
    /// - Parameter what: The network's name.
    func run(_ job: Job, _ signals: Signals, what: String, _ writing: OutputArguments) throws {
        try reports.checkExisting(writing.existing)
        if Batch.isFolder(job.input) {
            var batch = Batch(job)
            batch.skipsFinished = writing.existing.keep
            return try run(batch, signals, what: what)
        }
        var job = job
        job.overwrite = try writing.mayOverwrite(job)
        try run(job, signals, what: what)
    }

    private func run(_ job: Job, _ signals: Signals, what: String) throws {
        let progressFile = try reports.progress.map { try ProgressFile($0) }
        defer { progressFile?.finish() }
        let summary = try job.run(cancellation: signals.cancellation) { event in
            tell(event, signals, progressFile, what: what)
        }
        if !quiet { tell(summary, name: job.output == "-" ? "stdout" : job.output, hasRate: job.hasRate) }
        if let profile = summary.profile { try reports.write(profile, advice: advice) }
        if let trace = summary.unwrittenTrace { throw TemperaError.unwritable(trace) }
        if summary.wasStopped, let signal = signals.received { throw ExitStatus.stopped(by: signal) }
    }

    /// - Parameter file: named in warnings, where there are several.
    func tell(_ event: Job.Event, of file: String? = nil, _ signals: Signals, _ progressFile: ProgressFile?, what: String) {
        switch event {
        case .began(let began):
            signals.beginWork(keeps: file == nil)
            if let choice, file == nil { log.notice("\(choice)") }
            if began.finishedFrames > 0 { log.notice("going on after the \(began.finishedFrames) frames that are finished") }
            if precision == .bf16, began.precision == .fp32, file == nil { log.notice("this CPU has no fast products of 16 bits: painting in fp32") }
            let memory = (Double(began.networkMemory) / 1e6).fixed(0)
            log.info("painting \(began.width)x\(began.height): \(what), \(began.engine) \(began.precision), \(memory) MB")
        case .warning(let warning): log.warning("\(file.map { $0 + ": " } ?? "")\(warning)")
        case .progress(let progress):
            progressFile?.update(progress)
            if !quiet { Console.shared.draw(progress.line) }
        }
    }

    /// - Parameter hasRate: whether frames may have been dropped or repeated.
    func tell(_ summary: Job.Summary, name: String, hasRate: Bool) {
        let counts = summary.counts
        let new = summary.finishedFrames > 0 ? ", \(counts.written - summary.finishedFrames) of them new," : ""
        var text = "\(name): \(counts.written.counted("frame"))\(new) in \(summary.seconds.clock), \(summary.framesPerSecond.fixed(1)) fps"
        if summary.wasStopped { text += ", stopped early" }
        Console.shared.note(text)
        if hasRate {
            Console.shared.note(
                "\(counts.received) in + \(counts.repeated) repeated - \(counts.dropped) dropped = \(counts.written) out; "
                    + "late: decode \(counts.late.decode), network \(counts.late.network), encode \(counts.late.encode)")
        }
    }
}

extension Job {
    /// Whether frames may be dropped or repeated.
    var hasRate: Bool { pacing != .offline || rate != nil }
}
