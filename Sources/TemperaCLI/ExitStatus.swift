import Foundation

/// How a command ends early without more to say.
struct ExitStatus: Error {
    let code: Int32

    static let done: Int32 = 0
    static let failed: Int32 = 1
    static let badUsage: Int32 = 64

    /// Whoever read the output went away, perhaps content: what a shell says of a program that writes on.
    static let readerGone: Int32 = 128 + SIGPIPE

    /// A run that a signal ended, as a shell reports it.
    static func stopped(by signal: Int32) -> ExitStatus { ExitStatus(code: 128 + signal) }
}

/// An error of the command itself; `text` is one line that says what to do.
struct Failure: Error {
    let text: String
    var code = ExitStatus.failed
}
