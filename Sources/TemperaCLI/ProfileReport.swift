import Foundation
import Tempera

/// The profile of a run, for people and for programs.
struct ProfileReport {
    let profile: RunProfile
    /// What would paint faster.
    let advice: String

    var json: Data {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
            return try encoder.encode(profile)
        }
    }

    var text: String {
        var parts = ["\(profile.machine.line)\n\(overview)", stages, bound]
        if !profile.layers.isEmpty { parts.append(layers) }
        parts.append(governor)
        return parts.joined(separator: "\n\n")
    }

    private var overview: String {
        "\(profile.frames) frames in \(profile.seconds.fixed(2)) s: \(profile.framesPerSecond.fixed(1)) fps, "
            + "\(profile.realTimeFactor.fixed(2))x real time, peak memory \((Double(profile.peakMemory) / 1e6).fixed(0)) MB"
    }

    private var stages: String {
        let rows = profile.stages.map { stage in
            [
                stage.name.rawValue, percent(stage.busy), percent(stage.waitingForInput), percent(stage.waitingForRoom),
                stage.meanMs.fixed(2), stage.p50Ms.fixed(2), stage.p95Ms.fixed(2), stage.p99Ms.fixed(2),
                stage.maxMs.fixed(2),
            ]
        }
        return Table(
            header: ["STAGE", "BUSY", "NO INPUT", "NO ROOM", "MEAN MS", "P50", "P95", "P99", "MAX"], rows: rows,
            rightAligned: Set(1...8)
        ).text
    }

    private var bound: String {
        switch profile.bound {
        case .decode: "Reading sets the pace: a source with fewer pixels or a simpler codec would be faster."
        case .paint: "The network sets the pace: \(advice)."
        case .encode: "Encoding sets the pace: a faster --preset (as 'superfast') or another --codec would help."
        case nil: "No stage sets the pace: it is the source, or the reader of the output."
        }
    }

    private var layers: String {
        let total = profile.layers.reduce(0) { $0 + $1.milliseconds }
        let rows = profile.layers.map { layer in
            [
                layer.name, layer.milliseconds.fixed(2), percent(total > 0 ? layer.milliseconds / total : 0),
                layer.gflop > 0 ? (layer.gflop / layer.milliseconds * 1000).fixed(0) : "",
            ]
        }
        return Table(header: ["LAYER", "MEAN MS", "SHARE", "GFLOP/S"], rows: rows, rightAligned: [1, 2, 3]).text
    }

    private var governor: String {
        let counters = profile.governor
        var lines = [
            "\(counters.received) in + \(counters.repeated) repeated - \(counters.dropped) dropped = \(counters.written) out",
            "late: decode \(counters.lateDecode), network \(counters.lateNetwork), encode \(counters.lateEncode)",
        ]
        if counters.rungs.count > 1 {
            let rungs = counters.rungs.map { "\($0.width)x\($0.height) \($0.painted)" }.joined(separator: ", ")
            lines.append("painted at \(rungs); \(counters.stepsDown) steps down, \(counters.stepsUp) up")
        }
        return lines.joined(separator: "\n")
    }

    private func percent(_ part: Double) -> String { "\((part * 100).fixed(1))%" }
}
