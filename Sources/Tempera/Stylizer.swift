import Network
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
        let input: PixelBuffer
        let output: PixelBuffer
    }

    private let bench: Mutex<Bench>

    /// - Throws: ``TemperaError`` when the size is out of range or does not fit in memory.
    public init(style: Style, width: Int, height: Int, options: PaintingOptions = PaintingOptions()) throws(TemperaError) {
        self.width = width
        self.height = height
        do {
            let painter = try Painter(model: style.model, width: width, height: height, options: options)
            bench = Mutex(
                Bench(
                    painter: painter, input: PixelBuffer(width: width, height: height),
                    output: PixelBuffer(width: width, height: height)))
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
            bench.painter.paint(bench.input, into: bench.output)
            return Picture(bench.output)
        }
    }
}
