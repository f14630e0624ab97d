import Foundation
import Media

extension Job {
    /// Where the finished parts of a job that `resumes` are kept; nil for others, whose leftovers are named.
    func segments(_ video: VideoFormat, warn: WarningHandler) throws -> SegmentFolder? {
        guard resumes else {
            if let leftover = SegmentFolder.leftover(beside: output) { warn(.leftoverSegments(leftover)) }
            return nil
        }
        guard rate == nil, pacing == .offline, let input = MediaFiles.fingerprint(input) else {
            throw MediaError.notResumable(output)
        }
        return try SegmentFolder(beside: output, job: identity(video, input: input))
    }

    /// Everything that the output depends on, in words.
    private func identity(_ video: VideoFormat, input: String) -> [(name: String, value: String)] {
        // A dictionary has another order in every process.
        func file(_ path: String) -> String { MediaFiles.fingerprint(path) ?? path }
        func sorted(_ options: [String: String]) -> String { options.map { "\($0)=\($1)" }.sorted().joined(separator: ",") }
        var (reading, writing, painting) = (reading, writing, painting)
        let (toDemuxer, toEncoder) = (sorted(reading.demuxerOptions), sorted(writing.codecOptions))
        // The same pixels come from any number, wherever reading would give up.
        painting.threads = nil
        let (start, duration) = (reading.start, reading.duration)
        (reading.start, reading.duration, reading.resize) = (nil, nil, nil)
        (reading.maxErrors, reading.allowNetwork, reading.threads, reading.demuxerOptions) = (nil, false, nil, [:])
        (writing.codecOptions, writing.formatOptions) = ([:], [:])
        return [
            ("input", input), ("style", style.map { file($0.path) } ?? "none"),
            ("upscaler", upscaler.map { file($0.path) } ?? "none"), ("size", "\(video.width)x\(video.height)"),
            ("start", "\(start ?? 0)"), ("duration", duration.map { "\($0)" } ?? "all"),
            ("reading", "\(reading) \(toDemuxer)"), ("encoding", "\(writing) \(toEncoder)"),
            ("painting", "\(painting)"), ("steadiness", "\(steady)"),
        ].map { ($0, $1.replacingOccurrences(of: "\n", with: " ")) }
    }
}
