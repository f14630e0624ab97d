/// Where the time of a run went. As JSON its keys are those of the `CodingKeys`, which `tempera help profile-json` lists;
/// times are in milliseconds where the key ends in `ms`, else in seconds.
public struct RunProfile: Sendable, Encodable {
    public enum StageName: String, Sendable, Encodable {
        case decode, paint, encode
    }

    public struct Stage: Sendable, Encodable {
        public var name: StageName
        /// Threads that work on frames of their own.
        public var workers: Int
        public var frames: Int
        public var meanMs: Double
        public var p50Ms: Double
        public var p95Ms: Double
        public var p99Ms: Double
        public var maxMs: Double
        /// Parts (0…1) of the workers' time: at work, waiting for the stage before, waiting for the stage behind.
        public var busy: Double
        public var waitingForInput: Double
        public var waitingForRoom: Double

        init(_ name: StageName, _ recorders: [StageRecorder], seconds: Double) {
            var frames = Histogram()
            for recorder in recorders { frames.add(recorder.frames) }
            self.name = name
            workers = recorders.count
            self.frames = frames.count
            meanMs = frames.mean * 1000
            p50Ms = frames.quantile(0.5) * 1000
            p95Ms = frames.quantile(0.95) * 1000
            p99Ms = frames.quantile(0.99) * 1000
            maxMs = frames.longest * 1000
            let whole = max(seconds * Double(max(recorders.count, 1)), 1e-9)
            busy = recorders.reduce(0) { $0 + $1.busy } / whole
            waitingForInput = recorders.reduce(0) { $0 + $1.waitingForInput } / whole
            waitingForRoom = recorders.reduce(0) { $0 + $1.waitingForRoom } / whole
        }

        enum CodingKeys: String, CodingKey {
            case name, workers, frames, busy
            case meanMs = "mean_ms"
            case p50Ms = "p50_ms"
            case p95Ms = "p95_ms"
            case p99Ms = "p99_ms"
            case maxMs = "max_ms"
            case waitingForInput = "waiting_for_input"
            case waitingForRoom = "waiting_for_room"
        }
    }

    /// Means over all painted frames.
    public struct Layer: Sendable, Encodable {
        public var name: String
        public var milliseconds: Double
        /// 10^9 multiplications and additions.
        public var gflop: Double

        enum CodingKeys: String, CodingKey {
            case name, gflop
            case milliseconds = "ms"
        }
    }

    public struct GovernorCounters: Sendable, Encodable {
        public var received: Int
        public var repeated: Int
        public var dropped: Int
        public var written: Int
        public var lateDecode: Int
        public var lateNetwork: Int
        public var lateEncode: Int
        public var stepsDown: Int
        public var stepsUp: Int
        public var rungs: [Rung]

        public struct Rung: Sendable, Encodable {
            public var width: Int
            public var height: Int
            public var painted: Int
        }

        init(_ summary: PipelineSummary, ladder: Ladder) {
            let counts = summary.counts
            (received, repeated, dropped, written) = (counts.received, counts.repeated, counts.dropped, counts.written)
            (lateDecode, lateNetwork, lateEncode) = (counts.late.decode, counts.late.network, counts.late.encode)
            (stepsDown, stepsUp) = (summary.stepsDown, summary.stepsUp)
            rungs = zip(ladder.rungs, summary.paintedOnRung).map { Rung(width: $0.width, height: $0.height, painted: $1) }
        }

        enum CodingKeys: String, CodingKey {
            case received, repeated, dropped, written, rungs
            case lateDecode = "late_decode"
            case lateNetwork = "late_network"
            case lateEncode = "late_encode"
            case stepsDown = "steps_down"
            case stepsUp = "steps_up"
        }
    }

    public var machine: MachineFacts
    /// Written.
    public var frames: Int
    public var seconds: Double
    /// Length of what was written.
    public var mediaSeconds: Double
    public var framesPerSecond: Double
    /// Media seconds in a second.
    public var realTimeFactor: Double
    /// In the order of the data.
    public var stages: [Stage]
    /// The stage that sets the pace; nil when all of them wait for the source or for the reader of the output.
    public var bound: StageName?
    public var layers: [Layer]
    public var governor: GovernorCounters
    /// Bytes.
    public var peakMemory: Int

    /// Below this busy share a stage does not set the pace.
    private static let boundShare = 0.7

    init(
        machine: MachineFacts, frames: Int, seconds: Double, mediaSeconds: Double, stages: [Stage], isLive: Bool,
        layers: [Layer], governor: GovernorCounters, peakMemory: Int
    ) {
        self.machine = machine
        self.frames = frames
        self.seconds = seconds
        self.mediaSeconds = mediaSeconds
        framesPerSecond = seconds > 0 ? Double(frames) / seconds : 0
        realTimeFactor = seconds > 0 ? mediaSeconds / seconds : 0
        self.stages = stages
        let candidates = isLive ? stages.filter { $0.name != .decode } : stages
        bound = candidates.max { $0.busy < $1.busy }.flatMap { $0.busy >= Self.boundShare ? $0.name : nil }
        self.layers = layers
        self.governor = governor
        self.peakMemory = peakMemory
    }

    enum CodingKeys: String, CodingKey {
        case machine, frames, seconds, stages, bound, layers, governor
        case mediaSeconds = "media_seconds"
        case framesPerSecond = "fps"
        case realTimeFactor = "real_time_factor"
        case peakMemory = "peak_memory_bytes"
    }
}
