import Media
import Network

/// Enlarges frames with a network; with a style, frames are first scaled down by as much and painted, so that the result has
/// the frames' own size for a fraction of the work.
///
/// Used by one thread at a time, as `FramePainter` demands; that makes it safe to send.
public final class EnlargingPainter: NetworkPainting, @unchecked Sendable {
    /// What comes before the enlargement.
    private struct Sketch {
        let down: PixelScaler
        let painter: Painter
        let small: PixelBuffer
        let painted: PixelBuffer
        /// Where the frames' size is no multiple of the scale.
        let fit: (scaler: PixelScaler, enlarged: PixelBuffer)?
    }

    private let sketch: Sketch?
    private let upscaler: Painter
    private let pool: PixelPool
    private let layers: LayerTotals?

    /// - Parameters:
    ///   - width, height: Of the frames.
    ///   - style: Nil to enlarge the frames themselves.
    ///   - upscaler: A model that enlarges.
    /// - Throws: `NetworkError`, `MediaError` when a size is out of range or does not fit in memory.
    public init(
        width: Int, height: Int, style: Model?, upscaler model: Model, options: PainterOptions, layers: LayerTotals? = nil
    ) throws {
        self.layers = layers
        guard let style else {
            sketch = nil
            upscaler = try Painter(model: model, width: width, height: height, options: options)
            pool = PixelPool(width: upscaler.outputWidth, height: upscaler.outputHeight)
            return
        }
        let scale = model.architecture.enlargement
        let (w, h) = ((width + scale - 1) / scale, (height + scale - 1) / scale)
        let painter: Painter
        do {
            painter = try Painter(model: style, width: w, height: h, options: options)
            upscaler = try Painter(
                model: model, width: w, height: h, options: options, pool: painter.pool, promised: painter.bytes)
        } catch let error as NetworkError {
            throw error.enlarged(by: scale)
        }
        let whole = (upscaler.outputWidth, upscaler.outputHeight)
        sketch = Sketch(
            down: try PixelScaler(from: (width, height), to: (w, h)), painter: painter,
            small: PixelBuffer(width: w, height: h), painted: PixelBuffer(width: w, height: h),
            fit: whole == (width, height)
                ? nil
                : (try PixelScaler(from: whole, to: (width, height)), PixelBuffer(width: whole.0, height: whole.1)))
        pool = PixelPool(width: width, height: height)
    }

    /// Of what comes out.
    public var width: Int { pool.width }
    public var height: Int { pool.height }
    public var engine: Engine { upscaler.engine }
    public var precision: Precision { upscaler.precision }
    public var threads: ThreadPool { upscaler.pool }
    public var bytes: Int { upscaler.bytes + (sketch?.painter.bytes ?? 0) }

    public func paint(_ frame: VideoFrame, rung: Int) throws -> VideoFrame {
        var result = frame
        result.pixels = pool.take()
        paint(frame.pixels, into: result.pixels)
        layers?.add(layerTimings)
        result.alpha = frame.alpha.map { $0.enlarged(width: width, height: height) }
        return result
    }

    /// Of both networks; those of the second say so where there are two.
    private var layerTimings: [LayerTiming] {
        guard let sketch else { return upscaler.layerTimings }
        return sketch.painter.layerTimings + upscaler.layerTimings.map {
            LayerTiming(name: "upscaler.\($0.name)", seconds: $0.seconds, flops: $0.flops, executed: $0.executed)
        }
    }

    public func cost(rung: Int) -> Double {
        let input = PixelBuffer(
            width: sketch?.down.source.width ?? upscaler.width, height: sketch?.down.source.height ?? upscaler.height)
        let output = pool.take()
        return MonotonicClock.warm { paint(input, into: output) }
    }

    private func paint(_ input: PixelBuffer, into output: PixelBuffer) {
        guard let sketch else {
            upscaler.paint(input, into: output)
            return
        }
        sketch.down.scale(input, into: sketch.small)
        sketch.painter.paint(sketch.small, into: sketch.painted)
        if let fit = sketch.fit {
            upscaler.paint(sketch.painted, into: fit.enlarged)
            fit.scaler.scale(fit.enlarged, into: output)
        } else {
            upscaler.paint(sketch.painted, into: output)
        }
    }
}

extension AlphaPlane {
    /// By nearest neighbours; itself where nothing changes.
    fileprivate func enlarged(width: Int, height: Int) -> AlphaPlane {
        if (width, height) == (self.width, self.height) { return self }
        let result = AlphaPlane(width: width, height: height)
        for y in 0..<height {
            let from = bytes + y * self.height / height * self.width, to = result.bytes + y * width
            for x in 0..<width { to[x] = from[x * self.width / width] }
        }
        return result
    }
}
