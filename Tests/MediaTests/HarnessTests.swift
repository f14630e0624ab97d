import CFFmpeg
import Foundation
import TestFiles
import Testing

@testable import Media

/// What became of one clip.
struct ClipOutcome: Equatable, CustomStringConvertible {
    /// Path under the folder of clips.
    var clip: String
    /// `ok`, or the name of the error.
    var result: String
    var frames = 0
    var size = "-"
    /// Seconds from the first frame to the end of the last, in the output.
    var seconds = 0.0
    /// Names of the warnings, in order.
    var warnings: [String] = []

    /// One line of the table, fields separated by tabs.
    var description: String {
        [
            clip, result, "\(frames)", size, String(format: "%.2f", seconds),
            warnings.isEmpty ? "-" : warnings.joined(separator: ","),
        ].joined(separator: "\t")
    }

    init(clip: String, result: String) {
        self.clip = clip
        self.result = result
    }

    init?(line: Substring) {
        let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
        guard fields.count == 6, let frames = Int(fields[2]), let seconds = Double(fields[4]) else { return nil }
        self.init(clip: String(fields[0]), result: String(fields[1]))
        self.frames = frames
        self.size = String(fields[3])
        self.seconds = seconds
        warnings = fields[5] == "-" ? [] : fields[5].split(separator: ",").map(String.init)
    }
}

/// Walks the clips that lie beside a checkout, with no painting in between, and compares with `Fixtures/clips.tsv`.
/// `TEMPERA_RECORD=1` prints the table as it is now.
@Suite struct HarnessTests {
    private static let table: [ClipOutcome] = {
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
            "Fixtures/clips.tsv")
        guard let text = try? String(contentsOf: path, encoding: .utf8) else { return [] }
        return text.split(separator: "\n").compactMap(ClipOutcome.init(line:))
    }()

    private static func name(_ value: some Any) -> String {
        Mirror(reflecting: value).children.first?.label ?? "\(value)"
    }

    /// Copies a clip and looks at the result with other eyes.
    private static func outcome(of clip: String, in folder: String, scratch: Scratch) throws -> ClipOutcome {
        let (input, output) = (folder + "/" + clip, scratch.file("out.mkv"))
        let log = WarningLog()
        var outcome = ClipOutcome(clip: clip, result: "ok")
        var options = SinkOptions()
        options.preset = "ultrafast"
        do {
            outcome.frames = try copy(input, to: output, sink: options, warn: log.handler)
            let counted = try countPackets(output)
            #expect(counted == outcome.frames, "\(clip): wrote \(outcome.frames) frames, ffprobe counts \(counted)")
            let source = try FileSource(input)
            outcome.size = "\(source.video.width)x\(source.video.height)"
            let written = try probe(output, "v", stream: "width,height")
            #expect(written.first?.hasPrefix("\(source.video.width),\(source.video.height)") == true)
            let times = try probe(output, "v", packets: "pts_time").compactMap(Double.init).sorted()
            let nominal = source.video.frameRate.map { 1 / $0.value } ?? 0.04
            outcome.seconds = (times.last ?? 0) - (times.first ?? 0) + nominal
            try compareSound(source, input: input, output: output)
        } catch let error as MediaError {
            outcome.result = name(error)
            #expect(!FileManager.default.fileExists(atPath: output), "\(clip): an error left a file")
        }
        outcome.warnings = log.all.map { name($0) }
        try? FileManager.default.removeItem(atPath: output)
        #expect(scratch.names == [], "\(clip): left \(scratch.names)")
        return outcome
    }

    /// Every sound stream of the input is in the output, packet for packet, but for what an edit list hides at its start.
    private static func compareSound(_ source: FileSource, input: String, output: String) throws {
        for (number, stream) in source.contents.streams.filter({ $0.kind == .audio }).enumerated() {
            let (before, after) = (try packetHashes(input, "\(stream.index)"), try packetHashes(output, "a:\(number)"))
            let hidden = try probe(input, "\(stream.index)", packets: "flags").filter { $0.contains("D") }.count
            let isWhole = after.count + hidden >= before.count && after == before.suffix(after.count)
            #expect(isWhole, "\(input): sound \(number) differs")
        }
    }

    @Test(.timeLimit(.minutes(5))) func everyClipGivesTheExpectedResult() throws {
        guard let folder = Shared.path("video") else { return }
        let scratch = try Scratch()
        let isRecording = ProcessInfo.processInfo.environment["TEMPERA_RECORD"] != nil
        var seen: Set<String> = []
        for part in ["good", "odd"] {
            for file in try FileManager.default.contentsOfDirectory(atPath: folder + "/" + part).sorted() {
                guard !file.hasPrefix("LICENSE") else { continue }
                let outcome = try Self.outcome(of: "\(part)/\(file)", in: folder, scratch: scratch)
                seen.insert(outcome.clip)
                if isRecording {
                    print("TABLE\t\(outcome)")
                } else if let expected = Self.table.first(where: { $0.clip == outcome.clip }) {
                    #expect(outcome.description == expected.description)
                } else {
                    Issue.record("\(outcome.clip) is not in the table")
                }
            }
        }
        if !isRecording { #expect(seen == Set(Self.table.map(\.clip))) }
    }
}
