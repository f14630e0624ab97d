import Logging

/// Log lines as notes on the console: `tempera: warning: …`. Metadata and labels are left out.
struct ConsoleLogHandler: LogHandler {
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let prefix = event.level >= .warning ? "\(event.level): " : ""
        Console.shared.note(prefix + event.message.description)
    }
}

/// How much is said on stderr.
enum Verbosity {
    case quiet
    case normal
    case verbose

    /// Routes all logging to the console. Once a process.
    func bootstrap() {
        let level: Logger.Level =
            switch self {
            case .quiet: .error
            case .normal: .notice
            case .verbose: .debug
            }
        LoggingSystem.bootstrap { _ in ConsoleLogHandler(logLevel: level) }
    }
}

extension Logger {
    /// Photos that were no use.
    func leftOut(_ names: [String]) { warning("left out, unreadable or longer than 8:1: \(names.joined(separator: ", "))") }
}
