/// Where items come from. Called from one stage at a time.
public protocol MediaSource: AnyObject, Sendable {
    var video: VideoFormat { get }
    /// The next item in file order; nil at the end.
    func next() throws -> MediaItem?
    /// Makes a `next` that waits for data, now or later, throw. From any thread.
    func interrupt()
}

/// Where items go. Called from one stage at a time.
public protocol MediaSink: AnyObject, Sendable {
    func write(_ item: MediaItem) throws
    /// Drains the encoder, writes the trailer and puts the file in place.
    func finish() throws
    /// Gives up: nothing of the unfinished output stays behind, an existing file stays as it was.
    func discard()
}
