import Foundation
import Tempera

/// The result of `tempera bench`, for people and for programs.
struct BenchReport: Encodable {
    let machine: MachineFacts
    let style: String
    let width: Int
    let height: Int
    let precision: String
    let engine: String
    let kernels: String
    let threads: Int
    /// Milliseconds of every timed frame.
    let frameMs: [Double]
    let layers: [Layer]
    /// Of one frame, in 10^9 multiplications and additions.
    let gflop: Double
    /// Of these, what the kernels really do: shortcuts save some.
    let executedGflop: Double
    /// 10^9 operations a second that this machine's multipliers reach on registers alone.
    let peakGflops: Double?
    let networkMemoryBytes: Int

    struct Layer: Encodable {
        let name: String
        let ms: Double
        let gflop: Double
        let executedGflop: Double
    }

    init(_ result: Benchmark.Result, style: String, width: Int, height: Int) {
        machine = result.machine
        self.style = style
        self.width = width
        self.height = height
        precision = result.precision.rawValue
        engine = result.engine.rawValue
        kernels = result.kernels
        threads = result.threads
        frameMs = result.milliseconds
        layers = result.layers.map { Layer(name: $0.name, ms: $0.seconds * 1000, gflop: $0.flops / 1e9, executedGflop: $0.executed / 1e9) }
        gflop = result.flops / 1e9
        executedGflop = layers.reduce(0) { $0 + $1.executedGflop }
        peakGflops = result.peak.map { $0 / 1e9 }
        networkMemoryBytes = result.networkMemory
    }

    var json: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.keyEncodingStrategy = .convertToSnakeCase
            encoder.outputFormatting = [.sortedKeys]
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        }
    }

    var table: String {
        let frames = Quantiles(frameMs)
        let total = layers.reduce(0) { $0 + $1.ms }
        let rows = layers.map { layer in
            [
                layer.name, layer.ms.fixed(2), "\((total > 0 ? layer.ms / total * 100 : 0).fixed(1))%",
                layer.gflop > 0 ? (layer.gflop / layer.ms * 1000).fixed(0) : "",
                layer.gflop > 0 ? ofPeak(layer.executedGflop, in: layer.ms) : "",
            ]
        }
        let peak = peakGflops.map { "; peak \($0.fixed(0)), used \(ofPeak(executedGflop, in: frames.best))" } ?? ""
        return """
            \(machine.line)
            \(style) \(width)x\(height), engine \(engine), \(kernels), \(threads.counted("thread")), \
            network memory \((Double(networkMemoryBytes) / 1e6).fixed(0)) MB
            \(frameMs.count) frames: median \(frames.median.fixed(2)) ms, best \(frames.best.fixed(2)), \
            p95 \(frames[0.95].fixed(2)), worst \(frames.worst.fixed(2)); \((1000 / frames.median).fixed(1)) fps, \
            \((gflop / frames.best * 1000).fixed(0)) GFLOP/s at best\(peak)

            \(Table(header: ["LAYER", "MS", "SHARE", "GFLOP/S", "OF PEAK"], rows: rows, rightAligned: [1, 2, 3, 4]).text)
            """
    }

    /// The share of the measured peak that is at work when so much is executed in `ms`; empty when none was measured.
    private func ofPeak(_ gflop: Double, in ms: Double) -> String {
        guard let peakGflops, peakGflops > 0, ms > 0 else { return "" }
        return "\((gflop / ms * 1000 / peakGflops * 100).fixed(0))%"
    }
}
