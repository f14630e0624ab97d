import Media
import Network

/// Paints with a network, at the full resolution or on the rungs of a ladder: a frame is then scaled down, painted and
/// scaled up again. All rungs are ready before the first frame.
///
/// Used by one thread at a time, as `FramePainter` demands; that makes it safe to send.
public final class NetworkPainter: NetworkPainting, @unchecked Sendable {
    private let full: Painter
    private let lower: [Rung]
    private let pool: PixelPool
    private let layers: LayerTotals?

    /// A resolution below the full one.
    private struct Rung {
        let painter: Painter
        let down: PixelScaler
        let up: PixelScaler
        let input: PixelBuffer
        let output: PixelBuffer
    }

    /// - Parameters:
    ///   - ladder: its first rung is the frames' size.
    ///   - layers: where the times of the network's layers are added up.
    /// - Throws: `NetworkError`, `MediaError` when a size is out of range or does not fit in memory.
    public init(model: Model, ladder: Ladder, options: PainterOptions, layers: LayerTotals? = nil) throws {
        let size = ladder.rungs[0]
        let full = try Painter(model: model, width: size.width, height: size.height, options: options)
        self.full = full
        var bytes = full.bytes
        lower = try ladder.rungs.dropFirst().map { rung in
            let painter = try Painter(full, width: rung.width, height: rung.height, promised: bytes)
            bytes += painter.bytes
            return Rung(
                painter: painter,
                down: try PixelScaler(from: (size.width, size.height), to: (rung.width, rung.height)),
                up: try PixelScaler(from: (rung.width, rung.height), to: (size.width, size.height)),
                input: PixelBuffer(width: rung.width, height: rung.height),
                output: PixelBuffer(width: rung.width, height: rung.height))
        }
        pool = PixelPool(width: size.width, height: size.height)
        self.layers = layers
    }

    public var engine: Engine { full.engine }
    public var precision: Precision { full.precision }
    public var threads: ThreadPool { full.pool }
    public var bytes: Int { lower.reduce(full.bytes) { $0 + $1.painter.bytes } }

    public func paint(_ frame: VideoFrame, rung: Int) throws -> VideoFrame {
        var painted = frame
        painted.pixels = pool.take()
        let scaling = paint(frame.pixels, into: painted.pixels, rung: rung)
        layers?.add((rung == 0 ? full : lower[rung - 1].painter).layerTimings)
        if rung > 0 { layers?.add(step: "scaling", seconds: scaling) }
        return painted
    }

    public func cost(rung: Int) -> Double {
        let (input, output) = (pool.take(), pool.take())
        return MonotonicClock.warm { _ = paint(input, into: output, rung: rung) }
    }

    /// Returns the seconds that scaling took.
    private func paint(_ input: PixelBuffer, into output: PixelBuffer, rung index: Int) -> Double {
        guard index > 0 else {
            full.paint(input, into: output)
            return 0
        }
        let rung = lower[index - 1], start = MonotonicClock.seconds
        rung.down.scale(input, into: rung.input)
        let scaled = MonotonicClock.seconds
        rung.painter.paint(rung.input, into: rung.output)
        let painted = MonotonicClock.seconds
        rung.up.scale(rung.output, into: output)
        return scaled - start + MonotonicClock.seconds - painted
    }
}
