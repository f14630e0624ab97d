import CFFmpeg
import Dispatch
import Network
import Synchronization

@testable import Media
@testable import Pipeline

struct FakeError: Error, Equatable {
    var text: String
}

/// Yields frames of 4x4 pixels whose first byte is their number, with `packetsPerFrame` packets before each. It fails
/// at frame `failAt`; from frame `silentFrom` on it waits like a pipe that nobody writes to, until interrupted.
final class FakeSource: MediaSource {
    let video: VideoFormat
    private let frames: Int
    private let packetsPerFrame: Int
    private let failAt: Int?
    private let failure: any Error
    private let silentFrom: Int?
    private let position = Mutex((item: 0, frame: 0))
    /// Called with the number of each frame before it is handed out.
    private let willRead: @Sendable (Int) -> Void

    init(
        frames: Int, packetsPerFrame: Int = 0, failAt: Int? = nil, failure: any Error = FakeError(text: "source"),
        silentFrom: Int? = nil, timeBase: Rational = Rational(1, 30),
        willRead: @escaping @Sendable (Int) -> Void = { _ in }
    ) {
        self.silentFrom = silentFrom
        video = VideoFormat(
            width: 4, height: 4, timeBase: timeBase, frameRate: Rational(30, 1), sampleAspect: Rational(1, 1), duration: nil,
            frameCount: nil)
        self.frames = frames
        self.packetsPerFrame = packetsPerFrame
        (self.failAt, self.failure) = (failAt, failure)
        self.willRead = willRead
    }

    private let interrupted = Gate()

    func interrupt() { interrupted.open() }
    func waitForInterrupt() { interrupted.pass() }

    var framesRead: Int { position.withLock { $0.frame } }

    func next() throws -> MediaItem? {
        let (item, frame) = position.withLock { $0 }
        guard frame < frames else { return nil }
        position.withLock { $0.item += 1 }
        if item % (packetsPerFrame + 1) < packetsPerFrame {
            guard let packet = av_packet_alloc() else { throw FakeError(text: "no memory") }
            packet.pointee.pts = Int64(item)
            return .packet(CopiedPacket(packet))
        }
        if frame == failAt { throw failure }
        willRead(frame)
        if frame == silentFrom {
            waitForInterrupt()
            throw MediaError.interrupted
        }
        position.withLock { $0.frame += 1 }
        let pixels = PixelBuffer(width: 4, height: 4)
        pixels.bytes[0] = UInt8(truncatingIfNeeded: frame)
        return .frame(VideoFrame(pixels: pixels, timestamp: Int64(frame), duration: 1))
    }
}

/// Remembers what was written.
final class FakeSink: MediaSink {
    struct Log: Equatable {
        var frames: [Int64] = []
        /// First byte of every frame.
        var values: [UInt8] = []
        /// "f3" for frame 3, "p" for a packet, in order.
        var order: [String] = []
        var finished = false
        var discarded = false
    }

    private let state = Mutex(Log())
    private let failAt: Int?
    private let willWrite: @Sendable (Int) -> Void

    init(failAt: Int? = nil, willWrite: @escaping @Sendable (Int) -> Void = { _ in }) {
        self.failAt = failAt
        self.willWrite = willWrite
    }

    var log: Log { state.withLock { $0 } }

    func write(_ item: MediaItem) throws {
        switch item {
        case .packet: state.withLock { $0.order.append("p") }
        case .frame(let frame):
            willWrite(Int(frame.timestamp))
            if let failAt, frame.timestamp == failAt { throw FakeError(text: "sink") }
            state.withLock {
                $0.frames.append(frame.timestamp)
                $0.values.append(frame.pixels.bytes[0])
                $0.order.append("f\(frame.timestamp)")
            }
        }
    }

    func finish() throws { state.withLock { $0.finished = true } }
    func discard() { state.withLock { $0.discarded = true } }
}

/// Adds 100 to the first byte.
final class FakePainter: FramePainter {
    private let willPaint: @Sendable (Int) throws -> Void

    init(willPaint: @escaping @Sendable (Int) throws -> Void = { _ in }) { self.willPaint = willPaint }

    func paint(_ frame: VideoFrame, rung: Int) throws -> VideoFrame {
        try willPaint(Int(frame.timestamp))
        var painted = frame
        painted.pixels = PixelBuffer(width: 4, height: 4)
        painted.pixels.bytes[0] = frame.pixels.bytes[0] &+ 100
        return painted
    }
}

/// A door that is opened once; whoever comes before that waits.
final class Gate: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)

    func open() { semaphore.signal() }

    func pass() {
        semaphore.wait()
        semaphore.signal()
    }

    func opens(within seconds: Double) -> Bool {
        guard semaphore.wait(timeout: .now() + seconds) == .success else { return false }
        semaphore.signal()
        return true
    }
}

/// The highest value ever seen.
final class Maximum: Sendable {
    private let state = Mutex(0)

    var value: Int { state.withLock { $0 } }
    func see(_ value: Int) { state.withLock { $0 = max($0, value) } }
}
