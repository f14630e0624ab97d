import Foundation
import Network
import Synchronization

/// A trace that Perfetto and `chrome://tracing` open: one line for each worker, one bar for each frame.
///
/// Format: "Trace Event Format" of the Chromium project, JSON object form. Written in pieces, so that it takes no memory.
public final class TraceFile: Sendable {
    private struct State {
        let file: FileHandle
        var buffer: String
        var known: Set<Int> = []
        var failed = false
    }

    private let state: Mutex<State>
    private let origin = MonotonicClock.seconds
    private let path: String
    private static let bufferSize = 1 << 16

    /// - Throws: the system's error when `path` cannot be written.
    public init(_ path: String) throws {
        self.path = path
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        let head = #"{"displayTimeUnit":"ms","traceEvents":[{"ph":"M","pid":1,"name":"process_name","args":{"name":"tempera"}}"#
        state = Mutex(State(file: file, buffer: head))
    }

    func add(_ stage: StageRecorder.Stage, frame: Int, start: Double, seconds: Double) {
        let (line, name, thread) = stage.traced
        let microseconds = (start: Int((start - origin) * 1e6), length: Int(seconds * 1e6))
        state.withLock { state in
            if state.known.insert(line).inserted {
                state.buffer += #",\#n{"ph":"M","pid":1,"tid":\#(line),"name":"thread_name","args":{"name":"\#(thread)"}}"#
            }
            state.buffer += #",\#n{"ph":"X","pid":1,"tid":\#(line),"name":"\#(name)","ts":\#(microseconds.start),"dur":\#(microseconds.length),"args":{"frame":\#(frame)}}"#
            if state.buffer.utf8.count > Self.bufferSize { Self.flush(&state) }
        }
    }

    /// Completes the file. False when it could not be written in full.
    public func finish() -> Bool {
        state.withLock { state in
            state.buffer += "\n]}\n"
            Self.flush(&state)
            try? state.file.close()
            return !state.failed
        }
    }

    /// Of a run that failed nothing is left, where it is a file.
    public func remove() {
        state.withLock { try? $0.file.close() }
        var status = stat()
        if lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG { unlink(path) }
    }

    private static func flush(_ state: inout State) {
        do {
            try state.file.write(contentsOf: Data(state.buffer.utf8))
        } catch {
            state.failed = true
        }
        state.buffer.removeAll(keepingCapacity: true)
    }
}

extension StageRecorder.Stage {
    fileprivate var traced: (line: Int, name: String, thread: String) {
        switch self {
        case .decode: (1, "decode", "decode")
        case .paint(let number): (2 + number, "paint", "paint \(number)")
        case .encode: (1000, "encode", "encode")
        }
    }
}
