import Network

/// Measures one worker of a stage: how long each frame takes, and how long the worker waits.
///
/// Used by the worker's thread alone until the run is over; that makes it safe to send.
public final class StageRecorder: @unchecked Sendable {
    enum Stage: Hashable, Sendable {
        case decode
        /// The painter of this number.
        case paint(Int)
        case encode
    }

    let stage: Stage
    private(set) var frames = Histogram()
    /// Seconds of work that belong to no frame.
    private(set) var rest = 0.0
    private(set) var waitingForInput = 0.0
    private(set) var waitingForRoom = 0.0

    private let trace: TraceFile?
    private var start = 0.0
    private var waitStart = 0.0

    init(_ stage: Stage, trace: TraceFile?) {
        self.stage = stage
        self.trace = trace
    }

    /// Seconds of work.
    var busy: Double { frames.total + rest }

    func begin() { start = MonotonicClock.seconds }

    /// A frame is done.
    func end() {
        let seconds = MonotonicClock.seconds - start
        trace?.add(stage, frame: frames.count, start: start, seconds: seconds)
        frames.add(seconds)
    }

    /// Something else than a frame is done: a packet, the trailer.
    func endPart() { rest += MonotonicClock.seconds - start }

    func beginWaiting() { waitStart = MonotonicClock.seconds }
    func endWaitingForInput() { waitingForInput += MonotonicClock.seconds - waitStart }
    func endWaitingForRoom() { waitingForRoom += MonotonicClock.seconds - waitStart }
}
