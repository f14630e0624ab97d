import Foundation
import Testing

/// The built `tempera`, run as a user would.
struct Command {
    struct Result {
        var code: Int32
        var stdout: Data
        var stderr: String
        var text: String { String(decoding: stdout, as: UTF8.self) }
        var lines: [String] { stderr.split(separator: "\n").map(String.init) }
    }

    /// Lies beside the test bundle.
    static var program: URL {
        URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
            .appendingPathComponent("tempera")
    }

    /// Runs to the end, with no terminal; `environment` is added to this process's own.
    static func run(
        _ arguments: [String], input: Data = Data(), environment: [String: String] = [:], in folder: URL? = nil,
        program: URL = program
    ) throws -> Result {
        let process = Process()
        process.executableURL = program
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        if let folder { process.currentDirectoryURL = folder }
        signal(SIGINT, SIG_DFL)  // ignored behind a script's `&`, and then by the command
        signal(SIGPIPE, SIG_IGN)  // the command may end without reading its input
        let (stdin, stdout, stderr) = (Pipe(), Pipe(), Pipe())
        (process.standardInput, process.standardOutput, process.standardError) = (stdin, stdout, stderr)
        try process.run()
        let feeding = DispatchQueue(label: "stdin")
        feeding.async {
            try? stdin.fileHandleForWriting.write(contentsOf: input)
            try? stdin.fileHandleForWriting.close()
        }
        let reading = DispatchQueue(label: "stderr")
        nonisolated(unsafe) var messages = Data()
        reading.async { messages = stderr.fileHandleForReading.readDataToEndOfFile() }
        let output = stdout.fileHandleForReading.readDataToEndOfFile()
        reading.sync {}
        process.waitUntilExit()
        return Result(
            code: process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus,
            stdout: output, stderr: String(decoding: messages, as: UTF8.self))
    }
}

/// A folder that is gone after the test.
final class ScratchFolder: Sendable {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("tempera-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func path(_ name: String) -> String { url.appendingPathComponent(name).path }
}

/// Files of this test target.
enum Fixture {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures")

    static func text(_ name: String) throws -> String {
        try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
    }
}

/// The built `tempera` while it runs.
final class RunningCommand {
    private let process = Process()
    private let stdin = Pipe()
    private let output = Pipe()
    private let errors = Pipe()
    private let feeding = DispatchQueue(label: "stdin")

    var stdout: FileHandle { output.fileHandleForReading }

    init(_ arguments: [String]) throws {
        process.executableURL = Command.program
        process.arguments = arguments
        (process.standardInput, process.standardOutput, process.standardError) = (stdin, output, errors)
        signal(SIGINT, SIG_DFL)  // ignored behind a script's `&`, and then by the command
        signal(SIGPIPE, SIG_IGN)  // the command may end while it is fed
        try process.run()
    }

    func feed(_ input: Data, andClose closes: Bool = true) {
        let handle = stdin.fileHandleForWriting
        feeding.async {
            try? handle.write(contentsOf: input)
            if closes { try? handle.close() }
        }
    }

    func readStdout(until text: String) {
        var seen = Data()
        while seen.range(of: Data(text.utf8)) == nil {
            let more = stdout.availableData
            if more.isEmpty { return }
            seen.append(more)
        }
    }

    /// Waits until a file is there, as long as the command runs, however slow the machine.
    func waitForFile(_ path: String) throws {
        while !FileManager.default.fileExists(atPath: path), process.isRunning { usleep(1000) }
        try #require(FileManager.default.fileExists(atPath: path))
    }

    func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

    /// The exit code, negative for a signal, and what was said.
    func wait() -> (code: Int32, stderr: String) {
        let said = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let code = process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
        return (code, String(decoding: said, as: UTF8.self))
    }
}

/// `ffmpeg` with words separated by blanks, overwriting; returns what it writes to stdout.
@discardableResult
func ffmpeg(_ words: String) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["ffmpeg", "-nostdin", "-v", "error", "-y"] + words.split(separator: " ").map(String.init)
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let written = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw FFmpegFailure(words: words) }
    return String(decoding: written, as: UTF8.self)
}

struct FFmpegFailure: Error { let words: String }
