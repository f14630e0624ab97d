import Foundation
import Synchronization
import Tempera

/// Everything a person reads: stderr, with at most one progress line that moves along at its end.
final class Console: Sendable {
    static let shared = Console()

    private struct State {
        /// Characters of the progress line that stand on the screen.
        var shown = 0
        var lastDraw = ContinuousClock.now - .seconds(1)
    }

    let isTerminal = isatty(STDERR_FILENO) == 1
    private let state = Mutex(State())
    private static let redrawInterval = Duration.milliseconds(200)

    /// A line of its own: `tempera: …`.
    func note(_ text: String) {
        state.withLock { state in
            write(raw: erasing(&state) + "tempera: \(text)\n")
        }
    }

    /// Text of several lines, as it is.
    func write(_ text: String) { state.withLock { state in write(raw: erasing(&state) + "\n\(text)\n") } }

    /// Replaces the progress line, at most five times a second; nothing happens unless stderr is a terminal.
    /// - Parameter parts: Where the screen is narrow those before the last go first, from the end.
    func draw(_ parts: @autoclosure () -> [String]) {
        guard isTerminal else { return }
        state.withLock { state in
            let now = ContinuousClock.now
            guard now - state.lastDraw >= Self.redrawInterval else { return }
            state.lastDraw = now
            let most = max(20, Self.columns - 1)
            var parts = parts()
            while parts.count > 1, parts.joined(separator: "  ").count > most {
                parts.remove(at: parts.count > 2 ? parts.count - 2 : 1)
            }
            let line = String(parts.joined(separator: "  ").prefix(most))
            write(raw: erasing(&state) + line)
            state.shown = line.count
        }
    }

    /// Whether a person can be asked.
    var canAsk: Bool { isTerminal && isatty(STDIN_FILENO) == 1 }

    /// Asks until the answer is y, yes, n, no, nothing (no) or the end of stdin (no).
    func ask(_ question: String) -> Bool {
        while true {
            state.withLock { state in write(raw: erasing(&state) + "tempera: \(question) [y/N] ") }
            switch readLine()?.trimmingCharacters(in: .whitespaces).lowercased() {
            case "y", "yes": return true
            case nil, "", "n", "no": return false
            default: continue
            }
        }
    }

    /// Takes the progress line off the screen.
    func erase() { state.withLock { state in write(raw: erasing(&state)) } }

    /// The same, but not where something is being written, which may take until somebody reads it.
    func eraseUnlessBusy() { _ = state.withLockIfAvailable { state in write(raw: erasing(&state)) } }

    private func erasing(_ state: inout State) -> String {
        defer { state.shown = 0 }
        // A terminal that knows no sequences gets blanks.
        return state.shown > 0 ? Self.isDumb ? "\r\(String(repeating: " ", count: state.shown))\r" : "\r\u{1B}[K" : ""
    }

    private func write(raw text: String) {
        // A closed stderr is no reason to stop painting.
        if !text.isEmpty { try? FileHandle.standardError.write(contentsOf: Data(text.utf8)) }
    }

    private static let isDumb = getenv("TERM").map { String(cString: $0) == "dumb" } ?? true

    private static var columns: Int {
        var size = winsize()
        return ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
    }
}

extension Job.Progress {
    /// `frame 120/900  13%  25.1 fps (average 24.8)  0:31 left`
    var line: [String] {
        var parts = ["frame \(frames)" + (totalFrames.map { "/\(max($0, frames))" } ?? "")]
        if let fraction { parts.append("\(Int(fraction * 100))%") }
        parts.append("\(rateNow.fixed(1)) fps (average \(rateAverage.fixed(1)))")
        if let remaining { parts.append("\(remaining.clock) left") }
        return parts
    }
}

extension Int {
    /// `1 frame`, `2 frames`.
    func counted(_ noun: String) -> String { "\(self) \(noun)\(self == 1 ? "" : "s")" }
}

extension Double {
    /// With `digits` after the point.
    func fixed(_ digits: Int) -> String { String(format: "%.\(digits)f", self) }

    /// As `1.2e-05`.
    var scientific: String { String(format: "%.1e", self) }

    /// Seconds as `0:07`, `12:30`, `1:02:03`.
    var clock: String {
        let total = Int(min(max(0, self), 1e15).rounded())
        let (hours, minutes, seconds) = (total / 3600, total / 60 % 60, total % 60)
        return hours > 0
            ? String(format: "%d:%02d:%02d", hours, minutes, seconds) : String(format: "%d:%02d", minutes, seconds)
    }
}
