import Synchronization

/// Measures a run: hand one to `VideoPipeline.Options`, ask for the profile when the run is over.
public final class Profiler: Sendable {
    public let layers = LayerTotals()
    private let trace: TraceFile?
    private let recorders = Mutex<[StageRecorder]>([])

    public init(trace: TraceFile? = nil) { self.trace = trace }

    /// A recorder for one worker.
    func recorder(_ stage: StageRecorder.Stage) -> StageRecorder {
        let recorder = StageRecorder(stage, trace: trace)
        recorders.withLock { $0.append(recorder) }
        return recorder
    }

    /// - Parameters:
    ///   - isLive: the source delivers in real time, so that reading is mostly waiting for it.
    ///   - seconds: wall time of the run.
    ///   - finishedFrames: of those written, painted by an earlier run, which went through the stages as they were.
    ///   - mediaSeconds: length of the rest.
    public func profile(
        _ summary: PipelineSummary, ladder: Ladder, isLive: Bool = false, finishedFrames: Int = 0, seconds: Double, mediaSeconds: Double
    ) -> RunProfile {
        let recorders = recorders.withLock { $0 }
        let stages = [RunProfile.StageName.decode, .paint, .encode].map { name in
            RunProfile.Stage(name, recorders.filter { $0.stage.name == name }, seconds: seconds)
        }
        let count = max(layers.frames, 1)
        return RunProfile(
            machine: .current, frames: max(0, summary.counts.written - finishedFrames), seconds: seconds, mediaSeconds: mediaSeconds, stages: stages,
            isLive: isLive,
            layers: layers.layers.map {
                RunProfile.Layer(name: $0.name, milliseconds: $0.seconds / Double(count) * 1000, gflop: $0.flops / Double(count) / 1e9)
            },
            governor: RunProfile.GovernorCounters(summary, ladder: ladder), peakMemory: MachineFacts.peakMemory)
    }
}

extension StageRecorder.Stage {
    fileprivate var name: RunProfile.StageName {
        switch self {
        case .decode: .decode
        case .paint: .paint
        case .encode: .encode
        }
    }
}
