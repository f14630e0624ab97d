import Benchmark
import Foundation
import Tempera

/// The full network, one frame an iteration, at the sizes that figures are given for.
///
/// Run as `swift package --package-path Benchmarks benchmark`. A figure means something beside another one of the same
/// run: this machine's neighbours come and go.
let benchmarks: @Sendable () -> Void = {
    Benchmark.defaultConfiguration = .init(
        metrics: [.wallClock, .peakMemoryResident],
        warmupIterations: 1, maxDuration: .seconds(20), maxIterations: 60)

    let weights = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../../Models/starry-night.safetensors").standardizedFileURL.path

    for (width, height) in [(320, 180), (640, 360), (1280, 720)] {
        for precision in [Precision.fp32, .auto] {
            Benchmark("full \(width)x\(height) \(precision)") { benchmark in
                var options = PaintingOptions()
                options.precision = precision
                let stylizer = try Stylizer(
                    style: Style(weights), width: width, height: height, options: options)
                let picture = try texture(width, height)
                benchmark.startMeasurement()
                for _ in benchmark.scaledIterations { blackHole(try stylizer.paint(picture)) }
            }
        }
    }
}

/// A picture with detail everywhere, the same every time.
private func texture(_ width: Int, _ height: Int) throws -> Picture {
    var state: UInt32 = 1
    let bytes = (0..<width * height * 3).map { _ -> UInt8 in
        state = state &* 1_664_525 &+ 1_013_904_223
        return UInt8(truncatingIfNeeded: state >> 24)
    }
    return try Picture(width: width, height: height, bytes: bytes)
}
