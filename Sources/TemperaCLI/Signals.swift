import Dispatch
import Foundation
import Synchronization
import Tempera

/// SIGINT, SIGTERM and SIGHUP, unless they came ignored as under nohup or behind a script's `&`: the first asks the job to stop
/// and leave a playable file, the second ends the program at once, as does the first while there is nothing to save yet. One
/// that comes with the first, as `timeout` sends them to a program and to its group, is that one again.
///
/// The signal sources are made in `init` and never touched again, which makes the class safe to send.
final class Signals: @unchecked Sendable {
    let cancellation = Cancellation()
    private let state = Mutex((received: Int32?.none, working: false, keeps: true, first: ContinuousClock.now))
    private let sources: [any DispatchSourceSignal]
    private let quiet: Bool

    /// The signal that asked for the stop.
    var received: Int32? { state.withLock { $0.received } }

    init(_ verbosity: Verbosity) {
        quiet = verbosity == .quiet
        let queue = DispatchQueue(label: "tempera.signals")
        let numbers = [SIGINT, SIGTERM, SIGHUP].filter { number in
            var action = sigaction()
            return sigaction(number, nil, &action) != 0 || action.__sigaction_handler.sa_handler == nil
        }
        sources = numbers.map { number in
            // Dispatch takes the signal from the kernel's default action by itself. Ignoring it first would lose one that comes
            // before it has.
            DispatchSource.makeSignalSource(signal: number, queue: queue)
        }
        for (source, number) in zip(sources, numbers) {
            source.setEventHandler { [weak self] in self?.receive(number) }
            source.activate()
        }
    }

    /// From now on there is a file to finish.
    /// - Parameter keeps: Whether what there is of it by then is kept.
    func beginWork(keeps: Bool = true) { state.withLock { ($0.working, $0.keeps) = (true, keeps) } }

    private func receive(_ number: Int32) {
        let now = ContinuousClock.now
        let (isEcho, atOnce) = state.withLock { state in
            defer { state.received = state.received ?? number }
            if state.received == nil { state.first = now }
            return (state.received != nil && now - state.first < .milliseconds(10), state.received != nil || !state.working)
        }
        if isEcho { return }
        if atOnce {
            Job.removeUnfinished()
            Console.shared.eraseUnlessBusy()
            _exit(128 + number)
        }
        let what = state.withLock { $0.keeps } ? "finishing the file" : "what there is of this file is dropped"
        if !quiet { say("stopping; \(what) (once more to end at once)") }
        cancellation.request()
    }

    /// Before the job ends, but not for a reader of stderr who does not read: there may be a second signal.
    private func say(_ text: String) {
        let said = DispatchSemaphore(value: 0)
        DispatchQueue.global().async {
            Console.shared.note(text)
            said.signal()
        }
        _ = said.wait(timeout: .now() + .milliseconds(200))
    }
}
