import Foundation
import Testing

@Suite struct BenchTests {
    private struct Report: Decodable {
        var frame_ms: [Double]
        var width: Int
        var height: Int
        var threads: Int
        var gflop: Double
        var layers: [Layer]
        struct Layer: Decodable {
            var name: String
            var ms: Double
        }
    }

    @Test func theJSONHasEveryFrame() throws {
        let result = try Command.run([
            "bench", "--style", "starry-night", "--size", "48x32", "--frames", "4", "--threads", "1", "--json",
        ])
        #expect(result.code == 0)
        #expect(result.stderr.isEmpty)
        let report = try JSONDecoder().decode(Report.self, from: result.stdout)
        #expect(report.frame_ms.count == 4 && report.frame_ms.allSatisfy { $0 > 0 })
        #expect(report.width == 48 && report.height == 32 && report.threads == 1)
        #expect(report.layers.contains { $0.name == "res3.conv2" && $0.ms > 0 })
        // 153,792 multiplications and as many additions a pixel.
        #expect(abs(report.gflop - 2 * 153_792 * 48 * 32 / 1e9) < 1e-9)
    }

    @Test func theOutputIsThePaintedInput() throws {
        let folder = try ScratchFolder()
        let picture = Data((0..<40 * 24 * 3).map { UInt8(truncatingIfNeeded: $0 * 7) })
        try picture.write(to: URL(fileURLWithPath: folder.path("in.rgb")))
        func bench(_ output: String, frames: String) throws -> Data {
            let result = try Command.run([
                "bench", "-s", "starry-night", "--size", "40x24", "--frames", frames, "--input", folder.path("in.rgb"),
                "--output", folder.path(output),
            ])
            #expect(result.code == 0)
            return try Data(contentsOf: URL(fileURLWithPath: folder.path(output)))
        }
        let once = try bench("once.rgb", frames: "1")
        #expect(once.count == picture.count)
        #expect(once != picture)
        #expect(try bench("again.rgb", frames: "3") == once)
    }

    @Test func nothingIsReplacedUnasked() throws {
        let folder = try ScratchFolder()
        let picture = Data(count: 40 * 24 * 3), path = folder.path("in.rgb")
        try picture.write(to: URL(fileURLWithPath: path))
        let bench = ["bench", "-s", "starry-night", "--size", "40x24", "--frames", "1", "--output", path]
        #expect(try Command.run(bench).stderr == "tempera: \(path): exists; add -y to overwrite it\n")
        #expect(try Command.run(bench + ["-y", "--input", path]).stderr.contains("is read by this run"))
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == picture)
        // What is empty has nothing to lose.
        try Data().write(to: URL(fileURLWithPath: path))
        #expect(try Command.run(bench).code == 0)
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)).count == picture.count)
    }

    @Test func aNetworkThatEnlargesIsTimedToo() throws {
        let folder = try ScratchFolder()
        let result = try Command.run([
            "bench", "--upscale", "4", "--size", "20x18", "--frames", "2", "--output", folder.path("out.rgb"), "--json",
        ])
        #expect(result.code == 0)
        let report = try JSONDecoder().decode(Report.self, from: result.stdout)
        #expect(report.frame_ms.count == 2 && report.width == 20 && report.layers.contains { $0.name == "up2" })
        #expect(try Data(contentsOf: URL(fileURLWithPath: folder.path("out.rgb"))).count == 80 * 72 * 3)
    }

    @Test func theKernelsOfThisMachineAreRight() throws {
        let result = try Command.run(["bench", "--self-check"])
        #expect(result.code == 0)
        let lines = result.text.split(separator: "\n").dropFirst()
        #expect(!lines.isEmpty && lines.allSatisfy { $0.hasSuffix("  ok") })
    }

    @Test func anInputOfAnotherSizeIsOneLine() throws {
        let folder = try ScratchFolder()
        try Data(count: 100).write(to: URL(fileURLWithPath: folder.path("in.rgb")))
        let result = try Command.run(["bench", "-s", "starry-night", "--size", "40x24", "--input", folder.path("in.rgb")])
        #expect(result.code == 1)
        #expect(result.stderr == "tempera: \(folder.path("in.rgb")): has 100 bytes where rgb24 of 40x24 has 2880\n")
    }

    @Test func aSizeTooSmallIsOneLine() throws {
        let result = try Command.run(["bench", "-s", "starry-night", "--size", "8x8"])
        #expect(result.code == 1)
        #expect(result.lines.count == 1 && result.stderr.hasPrefix("tempera: cannot paint 8x8"))
    }
}
