import Media
import Network

/// A network's painter whose frames go through a ``TemporalFilter``. Sees the frames in order, so it is the only painter of
/// its run.
public final class SteadyPainter: NetworkPainting {
    private let painter: any NetworkPainting
    private let filter: TemporalFilter
    private let layers: LayerTotals?

    /// - Parameters:
    ///   - painter: Paints frames of `width` x `height` at their own size.
    ///   - layers: where the filter's time is added up.
    /// - Throws: `NetworkError` for a bad `TEMPERA_ISA`.
    public init(
        _ painter: any NetworkPainting, width: Int, height: Int, layers: LayerTotals? = nil
    ) throws(NetworkError) {
        self.painter = painter
        self.layers = layers
        filter = try TemporalFilter(width: width, height: height, pool: painter.threads)
    }

    public var engine: Engine { painter.engine }
    public var precision: Precision { painter.precision }
    public var bytes: Int { painter.bytes }
    public var threads: ThreadPool { painter.threads }

    public func cost(rung: Int) -> Double {
        let scene = PixelBuffer(width: filter.width, height: filter.height), painted = PixelBuffer(width: filter.width, height: filter.height)
        defer { filter.forget() }
        return painter.cost(rung: rung) + MonotonicClock.warm { filter.apply(to: painted, scene: scene) }
    }

    public func paint(_ frame: VideoFrame, rung: Int) throws -> VideoFrame {
        let painted = try painter.paint(frame, rung: rung)
        let start = MonotonicClock.seconds
        filter.apply(to: painted.pixels, scene: frame.pixels)
        layers?.add(step: "filter", seconds: MonotonicClock.seconds - start)
        return painted
    }

    public func resume(after painted: PixelBuffer, scene: VideoFrame) {
        filter.resume(after: painted, scene: scene.pixels)
    }
}
