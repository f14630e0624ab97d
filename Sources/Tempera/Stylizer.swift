import Media
import Network
import Pipeline
import Synchronization

/// Paints pictures of one size: a picture in, a picture out.
///
/// ```swift
/// let stylizer = try Stylizer(style: Style("starry-night"), width: 640, height: 360)
/// let painted = try stylizer.paint(picture)
/// ```
///
/// Making one plans all memory and packs the weights; painting then takes only the picture it returns. One stylizer
/// paints one picture at a time, using all its threads; calls from several threads wait for each other.
public final class Stylizer: Sendable {
    public let width: Int
    public let height: Int

    private struct Bench {
        let painter: Painter
        let filter: TemporalFilter?
        let input: PixelBuffer
        let outputs: PixelPool
    }

    private let bench: Mutex<Bench>

    /// - Parameter steady: Whether the pictures are the frames of one video, in order, and their painting is kept from boiling
    ///   where the scene stands still.
    /// - Throws: ``TemperaError`` when the size is out of range or does not fit in memory.
    public init(
        style: Style, width: Int, height: Int, options: PaintingOptions = PaintingOptions(), steady: Bool = false
    ) throws(TemperaError) {
        self.width = width
        self.height = height
        do {
            let painter = try Painter(model: style.model, width: width, height: height, options: options)
            bench = Mutex(
                Bench(
                    painter: painter,
                    filter: steady ? try TemporalFilter(width: width, height: height, pool: painter.pool) : nil,
                    input: PixelBuffer(width: width, height: height),
                    outputs: PixelPool(width: width, height: height)))
        } catch {
            throw TemperaError(error)
        }
    }

    /// - Parameter picture: `width` x `height`.
    /// - Throws: ``TemperaError/wrongSize(expected:got:)``
    public func paint(_ picture: Picture) throws(TemperaError) -> Picture {
        guard picture.width == width, picture.height == height else {
            throw .wrongSize(expected: "\(width)x\(height)", got: "\(picture.width)x\(picture.height)")
        }
        return bench.withLock { bench in
            picture.copy(to: bench.input)
            let output = bench.outputs.take()
            bench.painter.paint(bench.input, into: output)
            bench.filter?.apply(to: output, scene: bench.input)
            return Picture(output)
        }
    }
}
