/// Takes everything and keeps nothing: what is left of a run is its speed.
public final class NullSink: MediaSink {
    public init() {}
    public func write(_ item: MediaItem) {}
    public func finish() {}
    public func discard() {}
}
