import Foundation
import Logging
import Tempera

/// A picture under way with a person watching: progress, what was written, and a signal that ends it early.
struct OptimizationConsole {
    private let log = Logger(label: "tempera")
    private let verbosity: Verbosity
    private var quiet: Bool { verbosity == .quiet }

    init(_ verbosity: Verbosity) { self.verbosity = verbosity }

    /// - Parameters:
    ///   - work: Is given when to stop and whom to tell.
    ///   - table: What is printed of the work's results, also of those of work that was stopped.
    func run(
        _ output: String,
        _ work: (@escaping () -> Bool, @escaping (OptimizationEvent) -> Void) throws -> OptimizationSummary,
        table: () -> Table? = { nil }
    ) throws {
        let signals = Signals(verbosity)
        let summary = try work({ signals.cancellation.isRequested }) { event in
            if case .began = event { signals.beginWork() }
            tell(event)
        }
        Console.shared.erase()
        if !quiet {
            let losses = summary.losses.pictureLine.isEmpty ? "" : ", \(summary.losses.pictureLine)"
            Console.shared.note("\(output): \(summary.steps.counted("iteration")) in \(summary.seconds.clock)\(losses)\(summary.wasStopped ? ", stopped early" : "")")
        }
        if let table = table() { print(table.text) }
        if summary.wasStopped, let signal = signals.received { throw ExitStatus.stopped(by: signal) }
    }

    private func tell(_ event: OptimizationEvent) {
        switch event {
        case .began(let width, let height, let sizes, let bytes, let threads):
            let from = sizes > 1 ? ", coarse to fine in \(sizes) sizes" : ""
            let memory = "\((Double(bytes) / 1e9).fixed(1)) GB of memory"
            log.notice("\(width)x\(height)\(from), \(threads.counted("thread")), \(memory)")
        case .progress(let progress): if !quiet { Console.shared.draw(progress.line) }
        case .wrote(let path): log.info("wrote \(path)")
        case .noPicture(let why): log.warning("\(why); going on without that picture")
        case .warning(let warning): log.warning("\(warning)")
        }
    }
}

extension OptimizationProgress {
    /// `120/500  24%  640x480  content 1.2e+05, style 3.4e+05  0:52, 3:38 left`
    var line: [String] {
        [
            "\(step)/\(total)", "\(100 * step / max(total, 1))%", "\(width)x\(height)", losses.pictureLine,
            "\(seconds.clock), \(remaining.clock) left",
        ].filter { !$0.isEmpty }
    }
}

extension Losses {
    /// What people want to see of a picture under way.
    fileprivate var pictureLine: String {
        var shown = self
        shown.pixel = 0
        return shown.line
    }
}
