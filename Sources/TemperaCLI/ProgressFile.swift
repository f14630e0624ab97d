import Foundation
import Synchronization
import Tempera

/// Progress for programs, as ffmpeg's `-progress` writes it: blocks of `key=value` lines, the last key being `progress`.
/// What is not known is N/A, so that whoever reads ffmpeg's finds every key; only the encoder's quality is left out.
final class ProgressFile: Sendable {
    private struct State {
        let file: FileHandle
        var last = ContinuousClock.now - ProgressFile.interval
        var latest = Job.Progress()
    }

    private let state: Mutex<State>
    private static let interval = Duration.milliseconds(500)

    /// - Parameter target: a path, `-` for stdout, or the number of an open file descriptor (`3`, `pipe:3`).
    init(_ target: String) throws {
        let file: FileHandle
        if let descriptor = Self.descriptor(target) {
            guard descriptor >= 1, fcntl(descriptor, F_GETFD) != -1 else {
                throw Failure(text: "--progress \(target): no such open file descriptor")
            }
            file = FileHandle(fileDescriptor: descriptor)
        } else {
            // Foundation would put a new file in the place of a pipe or device.
            let descriptor = open(target, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
            guard descriptor >= 0 else { throw Failure(text: "\(target): cannot be written") }
            file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        }
        state = Mutex(State(file: file))
    }

    /// The number of the open file that `target` means; nil for a path.
    static func descriptor(_ target: String) -> Int32? {
        target == "-" ? STDOUT_FILENO : Int32(target.hasPrefix("pipe:") ? target.dropFirst(5) : target[...])
    }

    /// Writes a block, at most two a second.
    func update(_ progress: Job.Progress) {
        state.withLock { state in
            state.latest = progress
            let now = ContinuousClock.now
            guard now - state.last >= Self.interval else { return }
            state.last = now
            Self.write(progress.block(isLast: false), to: state.file)
        }
    }

    /// The last block.
    func finish() { state.withLock { state in Self.write(state.latest.block(isLast: true), to: state.file) } }

    /// A reader that went away is no reason to stop painting.
    private static func write(_ block: String, to file: FileHandle) { try? file.write(contentsOf: Data(block.utf8)) }
}

extension Job.Progress {
    func block(isLast: Bool) -> String {
        // Damaged files state times beyond all bounds.
        let microseconds = Int64((min(max(mediaSeconds, 0), 1e12) * 1e6).rounded())
        let time = String(
            format: "%02lld:%02lld:%02lld.%06lld", microseconds / 3_600_000_000, microseconds / 60_000_000 % 60,
            microseconds / 1_000_000 % 60, microseconds % 1_000_000)
        return """
            frame=\(frames)
            fps=\(rateAverage.fixed(2))
            bitrate=N/A
            total_size=N/A
            out_time_us=\(microseconds)
            out_time_ms=\(microseconds)
            out_time=\(time)
            dup_frames=\(repeated)
            drop_frames=\(dropped)
            speed=\(speed.fixed(3))x
            progress=\(isLast ? "end" : "continue")

            """
    }
}
