import Foundation
import Logging
import Tempera

/// A training run with a person watching: progress, what went wrong, and a signal that ends it early.
struct TrainingConsole {
    private let log = Logger(label: "tempera")
    private let verbosity: Verbosity
    private var quiet: Bool { verbosity == .quiet }

    init(_ verbosity: Verbosity) { self.verbosity = verbosity }

    func run(_ options: TrainingOptions) throws {
        let signals = Signals(verbosity)
        let run = try TrainingRun(options)
        signals.beginWork()
        let summary = try run.run(shouldStop: { signals.cancellation.isRequested }, report: tell)
        if !quiet {
            Console.shared.note(
                "\(summary.models.joined(separator: ", ")): \(summary.steps.counted("step")) in \(summary.seconds.clock), \(summary.losses.line)")
        }
        if summary.unreadablePhotos > 0 {
            log.notice("\(summary.unreadablePhotos.counted("photo")) left out")
        }
        if let checkpoint = summary.checkpoint {
            log.notice("stopped early; add --resume to go on from \(checkpoint)")
            if let signal = signals.received { throw ExitStatus.stopped(by: signal) }
        }
    }

    private func tell(_ event: TrainingEvent) {
        switch event {
        case .began(let iterations, let start, let photos, let threads):
            let from = start > 0 ? ", going on from step \(start)" : ""
            log.notice("\(iterations.counted("step")) on \(photos.counted("photo")), \(threads.counted("thread"))\(from)")
        case .progress(let progress): if !quiet { Console.shared.draw(progress.line) }
        case .steppedBack(let from, let to, let rate):
            log.warning("the loss was not a number at step \(from): back to step \(to), at a rate of \(rate)")
        case .unreadable(let names): log.leftOut(names)
        case .wrote(let path): log.info("wrote \(path)")
        case .noPictures(let why): log.warning("no preview this time: \(why)")
        }
    }
}

extension TrainingProgress {
    /// `step 120/4000  3%  content 1.2e+05, style 3.4e+05  0.52 s a step  33:38 left`
    var line: [String] {
        [
            "step \(step)/\(total)", "\(100 * step / max(total, 1))%", losses.line, "\(secondsPerStep.fixed(2)) s a step",
            "\(remaining.clock) left",
        ]
    }
}

extension Losses {
    /// Those that count, three digits each.
    var line: String {
        [("imitation", imitation), ("pixel", pixel), ("content", content), ("style", style)].filter { $0.1 > 0 }
            .map { "\($0.0) \(String(format: "%.3g", $0.1))" }.joined(separator: ", ")
    }
}
