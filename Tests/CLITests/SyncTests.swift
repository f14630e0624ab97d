import Foundation
import TestFiles
import Testing

/// A flash and a click each second stay together. `TEMPERA_SYNC_SECONDS` makes the clip longer than CI's.
@Suite struct SyncTests {
    private let seconds = ProcessInfo.processInfo.environment["TEMPERA_SYNC_SECONDS"].flatMap { Int($0) } ?? 6

    /// Weights that tell the halves apart whatever styles are bundled.
    private static let weights = Checkout.path("Tests/NetworkTests/Fixtures/reference.safetensors")

    /// Times of the first frame whose left half is unlike that of most frames, and of the first loud sample, of each second.
    private func moments(_ path: String, _ folder: ScratchFolder) throws -> (flashes: [Double], clicks: [Double]) {
        let (light, sound) = (folder.path("light.raw"), folder.path("sound.raw"))
        try ffmpeg("-i \(path) -map 0:v -vf crop=iw/2:ih:0:0,scale=1:1:flags=area,format=gray -vsync passthrough -f rawvideo \(light)")
        try ffmpeg("-i \(path) -map 0:a -ac 1 -ar 48000 -f s16le \(sound)")
        let (times, _) = try frameTimes(path, "v")
        let (_, soundStart) = try frameTimes(path, "a")
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: light)))
        #expect(bytes.count == times.count)
        let usual = Int(bytes.sorted()[bytes.count / 2]), distances = bytes.map { abs(Int($0) - usual) }
        let farthest = distances.max() ?? 0
        #expect(farthest > 8)
        let flashes = zip(distances, times).filter { 2 * $0.0 > farthest }.map(\.1)
        let samples = try Data(contentsOf: URL(fileURLWithPath: sound)).withUnsafeBytes { Array($0.bindMemory(to: Int16.self)) }
        let clicks = samples.indices.filter { abs(Int(samples[$0])) > 6000 }.map { soundStart + Double($0) / 48000 }
        return (firstOfEach(flashes), firstOfEach(clicks))
    }

    /// Presentation times of all frames, and when the first is shown.
    private func frameTimes(_ path: String, _ stream: String) throws -> (all: [Double], first: Double) {
        let lines = try ffmpeg("-i \(path) -map 0:\(stream) \(stream == "v" ? "-c copy" : "") -f framecrc -").split(separator: "\n")
        let base = lines.first { $0.hasPrefix("#tb 0: ") }?.dropFirst(7).split(separator: "/").compactMap { Double($0) } ?? []
        let all = lines.filter { !$0.hasPrefix("#") }
            .compactMap { Double($0.split(separator: ",")[2].trimmingCharacters(in: .whitespaces)) }
            .map { $0 * base[0] / base[1] }.sorted()
        return (all, all.first ?? .nan)
    }

    /// Times at least half a second after the one before.
    private func firstOfEach(_ times: [Double]) -> [Double] {
        var last = -1.0
        return times.filter { time in
            defer { if time - last >= 0.5 { last = time } }
            return time - last >= 0.5
        }
    }

    @Test(arguments: [("mp4", false), ("mkv", true), ("mp4", true)])
    func flashAndClickStayTogether(kind: String, isVariable: Bool) throws {
        let folder = try ScratchFolder()
        let (input, output) = (folder.path("in.\(kind)"), folder.path("out.\(kind)"))
        // The halves change places for a frame: a style may paint all of a flat picture alike, whether black or white.
        let flash = "lt(mod(n\\,30)\\,1)"
        let halves = "drawbox=x=16:w=16:c=white:t=fill,drawbox=w=16:c=white:t=fill:enable=\(flash)"
            + ",drawbox=x=16:w=16:c=black:t=fill:enable=\(flash)"
        let pace = isVariable ? ",select=\(flash)+lt(mod(n\\,7)\\,4)" : ""
        try ffmpeg(
            "-f lavfi -i color=black:s=32x32:r=30:d=\(seconds),\(halves)\(pace)"
                + " -f lavfi -i aevalsrc=lt(mod(t\\,1)\\,0.02)*sin(6283*t):s=48000:d=\(seconds)"
                + " -vsync \(isVariable ? "vfr" : "cfr") -c:v libx264 -preset ultrafast -c:a aac \(input)")
        #expect(try Command.run([input, output, "-s", Self.weights, "--preset", "ultrafast", "-q"]).code == 0)
        let (before, after) = (try moments(input, folder), try moments(output, folder))
        #expect(after.flashes.count == seconds && after.clicks.count == seconds)
        let apart = zip(after.flashes, after.clicks).map { abs($0 - $1) }.max() ?? .nan
        let moved = zip(before.flashes + before.clicks, after.flashes + after.clicks).map { abs($0 - $1) }.max() ?? .nan
        print("sync \(kind) \(isVariable ? "variable" : "constant"): \(seconds) s, at most \(apart) s apart, moved by \(moved) s")
        #expect(apart < 1.0 / 30 && moved < 0.0015)
    }
}
