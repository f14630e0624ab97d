import Foundation
import Testing

@testable import TemperaCLI

/// What a run reports about itself: the table, its JSON, the trace and the progress of programs.
@Suite struct ReportTests {
    private let raw = [
        "-f", "rawvideo", "--size", "48x32", "--rate", "10", "-s", "starry-night", "--threads", "1",
    ]

    /// Frames of slopes.
    private func frames(_ count: Int) -> Data {
        Data((0..<count * 48 * 32 * 3).map { UInt8(truncatingIfNeeded: $0 / 9) })
    }

    private func object(_ path: String) throws -> [String: Any] {
        let data = try Data(contentsOf: URL(fileURLWithPath: path))
        return try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    @Test func theTableSaysWhatHappened() throws {
        let result = try Command.run(["-", "-", "--profile"] + raw, input: frames(8))
        #expect(result.code == 0)
        for word in [
            "decode", "paint", "encode", "P99", "res3.conv2", "GFLOP/S", "fps", "x real time", "peak memory", "sets the pace",
            "8 in + 0 repeated - 0 dropped = 8 out", "late: decode",
        ] {
            #expect(result.stderr.contains(word), "\(word)")
        }
        #expect(result.stdout.count == 8 * 48 * 32 * 3)
    }

    /// Every key that is written is documented, and every documented one is written.
    @Test func theKeysOfTheProfileAreThoseDocumented() throws {
        let folder = try ScratchFolder()
        let json = folder.path("p.json")
        #expect(try Command.run(["-", "-", "--profile-json", json] + raw, input: frames(8)).code == 0)
        let profile = try object(json)
        #expect(profile["frames"] as? Int == 8)
        #expect((profile["stages"] as? [[String: Any]])?.map { $0["frames"] as? Int } == [8, 8, 8])
        // The run is too short to say for sure that a stage sets the pace.
        let written = paths(profile).union(["bound"])
        #expect(written == Set(ProfileKeys.all.map(\.path)))
        let help = try Command.run(["help", "profile-json"])
        #expect(help.code == 0)
        for key in ProfileKeys.all { #expect(help.text.contains("\n\(key.path) "), "\(key.path)") }
    }

    private func paths(_ value: Any, _ path: String = "") -> Set<String> {
        if let object = value as? [String: Any] {
            return object.reduce(into: []) { $0.formUnion(paths($1.value, path.isEmpty ? $1.key : "\(path).\($1.key)")) }
        }
        if let list = value as? [Any] { return list.reduce(into: []) { $0.formUnion(paths($1, path + "[]")) } }
        return [path]
    }

    /// The "Trace Event Format": an object with `traceEvents`; complete events (X) with whole microseconds that do not
    /// overlap on a line, and metadata (M) that names the process and each line.
    @Test func theTraceIsInTheFormatOfTraceEvents() throws {
        let folder = try ScratchFolder()
        let path = folder.path("t.json")
        #expect(try Command.run(["-", "-", "--trace", path] + raw, input: frames(8)).code == 0)
        let events = try #require(try object(path)["traceEvents"] as? [[String: Any]])
        var named: [Int: String] = [:]
        var ends: [Int: Int] = [:]
        var bars: [String: [Int]] = [:]
        for event in events {
            #expect(event["pid"] as? Int == 1)
            let name = try #require(event["name"] as? String)
            let arguments = try #require(event["args"] as? [String: Any])
            if event["ph"] as? String == "M" {
                let label = try #require(arguments["name"] as? String)
                if name == "thread_name" { named[try #require(event["tid"] as? Int)] = label } else { #expect(name == "process_name") }
                continue
            }
            #expect(event["ph"] as? String == "X")
            let (line, start) = (try #require(event["tid"] as? Int), try #require(event["ts"] as? Int))
            let length = try #require(event["dur"] as? Int)
            #expect(start >= ends[line, default: 0] && length >= 0, "bars overlap on line \(line)")
            ends[line] = start + length
            bars[name, default: []].append(try #require(arguments["frame"] as? Int))
        }
        #expect(named.values.sorted() == ["decode", "encode", "paint 0"])
        #expect(Set(ends.keys) == Set(named.keys))
        #expect(bars == ["decode": Array(0..<8), "paint": Array(0..<8), "encode": Array(0..<8)])
    }

    @Test(arguments: ["bf16", "auto"]) func exactWhereFasterWasAskedForIsSaid(_ precision: String) throws {
        let result = try Command.run(
            ["-", "-", "--precision", precision] + raw, input: frames(1), environment: ["TEMPERA_ISA": "portable"])
        #expect(result.stderr.contains("no fast products of 16 bits") == (precision == "bf16"), "\(result.stderr)")
    }

    /// The keys of ffmpeg's `-progress`, in its order.
    @Test func progressIsWrittenAsFFmpegWritesIt() throws {
        let folder = try ScratchFolder()
        let clip = folder.path("in.rgb")
        try frames(8).write(to: URL(fileURLWithPath: clip))
        let result = try Command.run([clip, folder.path("out.nut"), "--progress", "-"] + raw)
        #expect(result.code == 0)
        let theirs = try ffmpeg("-f rawvideo -s 48x32 -pix_fmt rgb24 -r 10 -i \(clip) -f null -progress - /dev/null")
        #expect(Set(keys(result.text)) == Set(keys(theirs)).subtracting(["stream_0_0_q"]))
        #expect(lastBlock(result.text).map(\.key) == lastBlock(theirs).map(\.key).filter { $0 != "stream_0_0_q" })
        let last = Dictionary(lastBlock(result.text), uniquingKeysWith: { $1 })
        #expect(last["frame"] == "8" && last["progress"] == "end" && last["dup_frames"] == "0" && last["drop_frames"] == "0")
        #expect(last["out_time"] == "00:00:00.800000" && last["out_time_us"] == "800000")
        #expect(result.text.hasSuffix("progress=end\n"))
        // Whoever waits for the end gets it from a run that failed too.
        let failed = try Command.run([folder.path("none.mp4"), folder.path("x.mp4"), "--progress", "-"])
        #expect(failed.code == 1 && failed.text.hasSuffix("progress=end\n"))
    }

    private func pairs(_ text: String) -> [(key: String, value: String)] {
        text.split(separator: "\n").compactMap { line in
            let parts = line.split(separator: "=", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
            return parts.count == 2 ? (parts[0], parts[1]) : nil
        }
    }

    private func keys(_ text: String) -> [String] { pairs(text).map(\.key) }

    private func lastBlock(_ text: String) -> [(key: String, value: String)] {
        let pairs = pairs(text)
        let begin = pairs.lastIndex { $0.key == "frame" } ?? 0
        return Array(pairs[begin...])
    }

    @Test func progressGoesToAFileDescriptorOrAFile() throws {
        let folder = try ScratchFolder()
        let file = folder.path("progress")
        #expect(try Command.run(["-", "-", "--progress", file] + raw, input: frames(3)).code == 0)
        #expect(try String(contentsOfFile: file, encoding: .utf8).hasSuffix("progress=end\n"))
        let script = "exec 3>'\(file).3'; '\(Command.program.path)' - - --progress 3 \(raw.joined(separator: " ")) | wc -c"
        let shell = try Command.run(["-c", script], input: frames(3), program: URL(fileURLWithPath: "/bin/sh"))
        #expect(shell.text.trimmingCharacters(in: .whitespacesAndNewlines) == "\(3 * 48 * 32 * 3)")
        #expect(try String(contentsOfFile: "\(file).3", encoding: .utf8).contains("frame=3\n"))
        // What is no file stays what it is.
        let pipe = folder.path("pipe")
        #expect(mkfifo(pipe, 0o600) == 0)
        let piped = "cat '\(pipe)' & '\(Command.program.path)' - /dev/null -y --output-format null --progress '\(pipe)' \(raw.joined(separator: " ")); wait"
        #expect(
            try Command.run(["-c", piped], input: frames(3), program: URL(fileURLWithPath: "/bin/sh")).text
                .hasSuffix("progress=end\n"))
        let closed = try Command.run(["-", "-", "--progress", "77"] + raw, input: frames(1))
        #expect(closed.code == 64 && closed.stderr.contains("no such open file descriptor"))
    }
}
