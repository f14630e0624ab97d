import Foundation
import Network
import Synchronization

@testable import Media

/// A folder of its own for one test, gone with it.
final class Scratch {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "tempera-media-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { path + "/" + name }

    var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted() }
}

/// Warnings as they came in.
final class WarningLog: Sendable {
    private let list = Mutex<[MediaWarning]>([])

    var all: [MediaWarning] { list.withLock { $0 } }
    var handler: WarningHandler { { warning in self.list.withLock { $0.append(warning) } } }
}

/// Runs a program found in PATH and returns what it prints; throws when it fails.
@discardableResult
func shell(_ program: String, _ arguments: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    let (output, errors) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = errors
    process.standardInput = FileHandle.nullDevice
    try process.run()
    // ffmpeg and ffprobe are run with -v error: what they say of errors fits a pipe's buffer.
    let data = readAll(output)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
        let message = String(decoding: readAll(errors), as: UTF8.self)
        throw ShellError(text: "\(program) \(arguments.joined(separator: " ")): \(message)")
    }
    return String(decoding: data, as: UTF8.self)
}

/// Everything that comes out of a pipe; Foundation's own reading dies of EINTR.
func readAll(_ pipe: Pipe) -> Data {
    var data = Data()
    var buffer = [UInt8](repeating: 0, count: 65536)
    while true {
        let got = read(pipe.fileHandleForReading.fileDescriptor, &buffer, buffer.count)
        if got > 0 { data.append(contentsOf: buffer.prefix(got)) }
        if got == 0 || got < 0 && errno != EINTR { return data }
    }
}

struct ShellError: Error, CustomStringConvertible {
    var text: String
    var description: String { text }
}

/// `ffmpeg` with words separated by blanks, overwriting.
func ffmpeg(_ words: String) throws {
    try shell("ffmpeg", ["-v", "error", "-y"] + words.split(separator: " ").map(String.init))
}

/// Lines that `ffprobe` prints of the streams `streams`.
func probe(_ path: String, _ streams: String, packets entries: String) throws -> [String] {
    try shell(
        "ffprobe",
        [
            "-v", "quiet", "-select_streams", streams, "-show_entries", "packet=\(entries)", "-of", "csv=p=0",
            "-show_data_hash", "md5", path,
        ]
    )
    // Packets with side data are printed with an empty field more.
    .split(separator: "\n").map { $0.split(separator: ",").joined(separator: ",") }.filter { !$0.isEmpty }
}

/// The MD5 of each packet. What ffprobe prints of side data breaks its lines, so only the digests are looked for.
func packetHashes(_ path: String, _ streams: String) throws -> [Substring] {
    try shell(
        "ffprobe",
        [
            "-v", "quiet", "-select_streams", streams, "-show_entries", "packet=data_hash", "-of", "csv=p=0",
            "-show_data_hash", "md5", path,
        ]
    )
    .split { ",\n".contains($0) }.filter { $0.hasPrefix("MD5:") }
}

func probe(_ path: String, _ streams: String, stream entries: String) throws -> [String] {
    try shell(
        "ffprobe",
        ["-v", "quiet", "-select_streams", streams, "-show_entries", "stream=\(entries)", "-of", "csv=p=0", path]
    )
    .split(separator: "\n").map(String.init)
}

/// Frames that ffmpeg decodes.
func countFrames(_ path: String) throws -> Int {
    let text = try shell(
        "ffprobe",
        [
            "-v", "quiet", "-select_streams", "v:0", "-count_frames", "-show_entries", "stream=nb_read_frames", "-of",
            "csv=p=0", path,
        ])
    return Int(text.split { !$0.isNumber }.first ?? "") ?? -1
}

/// Packets of the first video stream: as many as frames, where each is coded on its own.
func countPackets(_ path: String) throws -> Int { try packetHashes(path, "v:0").count }

/// Everything of `input` through a source and a sink, unpainted.
@discardableResult
func copy(
    _ input: String, to output: String, source options: SourceOptions = SourceOptions(),
    sink sinkOptions: SinkOptions = SinkOptions(), warn: @escaping WarningHandler = { _ in }
) throws -> Int {
    let source = try FileSource(input, options: options, warn: warn)
    let sink = try FileSink(output, video: source.video, copying: source, options: sinkOptions, warn: warn)
    var frames = 0
    while let item = try source.next() {
        if case .frame = item { frames += 1 }
        try sink.write(item)
    }
    try sink.finish()
    return frames
}
