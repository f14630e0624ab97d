/// What became of the frames: `received + repeated - dropped = written`, always.
public struct FrameCounts: Sendable, Equatable {
    /// Came from the source.
    public var received = 0
    /// Shown once more in place of another, or to fill a gap.
    public var repeated = 0
    /// Received and not shown.
    public var dropped = 0
    /// Reached the sink.
    public var written = 0
    /// Frames that were late or had no time to be painted, by the stage that cost the time.
    public var late = Late()

    public struct Late: Sendable, Equatable {
        public var decode = 0
        public var network = 0
        public var encode = 0
    }

    public init() {}

    public var isConserved: Bool { received + repeated - dropped == written }
}
