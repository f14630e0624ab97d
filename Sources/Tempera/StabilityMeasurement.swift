import Media
import Network
import Perception
import Pipeline

/// How much a painted video flickers: the warping error over known or estimated motion.
///
/// ```swift
/// var measurement = StabilityMeasurement(input: "clip.mp4", frames: 50)
/// measurement.style = try Style("starry-night")
/// print(try measurement.run().output)
/// ```
public struct StabilityMeasurement: Sendable {
    public enum Motion: String, Sendable {
        /// From files.
        case known
        /// From the camera that moves over a still picture.
        case exact
        case estimated
    }

    public struct Result: Sendable {
        public let frames: Int
        /// Warping errors, levels of 0…255.
        public let input: Double
        public let output: Double
        /// Share of the pixels that were compared.
        public let visible: Double
        public let motion: Motion
    }

    /// A video, or a still picture over which a camera moves.
    public var input: String
    /// The most frames to look at.
    public var frames: Int
    /// The painted video; or else `style` paints the input.
    public var output: String?
    public var style: Style?
    /// Whether the style paints as a ``Job`` that is `steady`.
    public var steady = true
    /// A folder of `bwd_0001_0000.flo` and `bwd_0001_0000_occ.png` (white is hidden), frame 1 to frame 0, and so on.
    public var flow: String?

    public init(input: String, frames: Int) {
        self.input = input
        self.frames = frames
    }

    /// - Throws: ``TemperaError``
    public func run(progress: (_ frame: Int) -> Void = { _ in }) throws(TemperaError) -> Result {
        do { return try measure(progress) } catch { throw TemperaError(error) }
    }

    private func measure(_ progress: (Int) -> Void) throws -> Result {
        guard output != nil || style != nil else { throw StabilityError.nothingPainted }
        let source = try PictureSource(input)
        var still: MovingStill?
        if output == nil, try source.isStill() { still = try source.next().map { MovingStill($0) } }
        let painted = try output.map { try PictureSource($0) }
        let meter = StabilityMeter()
        var painter: Painter?
        var filter: TemporalFilter?
        for index in 0..<max(0, frames) {
            guard let frame = try still?.frame(index) ?? source.next() else { break }
            var result = PixelBuffer(width: frame.width, height: frame.height)
            if let painted {
                guard let next = try painted.next() else { break }
                result = next
            } else if let style {
                let brush = try painter ?? Painter(model: style.model, width: frame.width, height: frame.height)
                if steady { filter = try filter ?? TemporalFilter(width: frame.width, height: frame.height, pool: brush.pool) }
                painter = brush
                brush.paint(frame, into: result)
                filter?.apply(to: result, scene: frame)
            }
            if let still, index > 0 {
                try meter.add(input: frame, output: result, flow: still.flow(index))
            } else if let flow, index > 0 {
                let (field, hidden) = try Self.known(flow, index, of: frame)
                try meter.add(input: frame, output: result, flow: field, hidden: hidden)
            } else {
                try meter.add(input: frame, output: result)
            }
            progress(index + 1)
        }
        guard meter.frames > 1 else { throw StabilityError.tooFewFrames(output.map { "\(input), \($0)" } ?? input) }
        let error = meter.warpingError
        return Result(
            frames: meter.frames, input: error.input, output: error.output, visible: meter.visible,
            motion: still != nil ? .exact : flow != nil ? .known : .estimated)
    }

    /// The motion from `frame`, number `index`, to the one before it, and what is hidden there.
    private static func known(_ folder: String, _ index: Int, of frame: PixelBuffer) throws -> (FlowField, [Bool]) {
        func number(_ n: Int) -> String { String(repeating: "0", count: max(0, 4 - "\(n)".count)) + "\(n)" }
        let stem = "\(folder)/bwd_\(number(index))_\(number(index - 1))", field = try FlowField(path: stem + ".flo")
        guard field.width == frame.width, field.height == frame.height else { throw StabilityError.notAFlow(stem + ".flo") }
        guard let mask = try PictureSource(stem + "_occ.png").next(), mask.width == field.width,
            mask.height == field.height
        else {
            throw StabilityError.notAFlow(stem + "_occ.png")
        }
        return (
            field, (0..<field.width * field.height).map { mask.row($0 / field.width)[3 * ($0 % field.width)] > 127 }
        )
    }
}

/// The pictures of a file, one after another.
private final class PictureSource {
    private let source: FileSource
    private var ahead: [PixelBuffer] = []

    init(_ path: String) throws {
        var options = SourceOptions()
        options.copiesOtherStreams = false
        source = try FileSource(path, options: options)
    }

    func next() throws -> PixelBuffer? {
        if !ahead.isEmpty { return ahead.removeFirst() }
        while let item = try source.next() {
            if case .frame(let frame) = item { return frame.pixels }
        }
        return nil
    }

    /// Whether there is one picture only. Nothing is lost by asking.
    func isStill() throws -> Bool {
        guard let first = try next() else { return false }
        ahead = [first] + (try next().map { [$0] } ?? [])
        return ahead.count == 1
    }
}
