import Network
import Pipeline

/// Times the network alone: the same picture painted again and again, after a warm-up.
///
/// ```swift
/// let result = try Benchmark(style: Style("starry-night"), width: 640, height: 360).run()
/// print(result.frames.median, "ms")
/// ```
public struct Benchmark: Sendable {
    /// Of the network that is timed.
    public let name: String
    private let model: Model
    public var width: Int
    public var height: Int
    public var painting = PaintingOptions()
    /// What is painted; nil: a made-up picture.
    public var picture: Picture?
    /// Goes on for at least this many seconds and this many frames.
    public var seconds = 3.0
    public var frames = 3
    /// Frames painted before those that count.
    public var warmUp = 2

    public init(style: Style, width: Int, height: Int) {
        self.init(name: style.name, model: style.model, width: width, height: height)
    }

    /// Times a network that enlarges; `width` and `height` are the small picture's.
    public init(upscaler: Upscaler, width: Int, height: Int) {
        self.init(name: upscaler.name, model: upscaler.model, width: width, height: height)
    }

    private init(name: String, model: Model, width: Int, height: Int) {
        self.name = name
        self.model = model
        self.width = width
        self.height = height
    }

    public struct Result: Sendable {
        /// Of every timed frame, in order.
        public var milliseconds: [Double]
        /// Of the fastest frame, in forward order.
        public var layers: [LayerTiming]
        /// Multiplications and additions of one frame, as the architecture states it.
        public var flops: Double
        /// Operations a second that this machine's multipliers reach on registers alone, measured right after the frames;
        /// nil where the engine has no such measure.
        public var peak: Double?
        public var engine: Engine
        /// What multiplies, for example "AVX-512 VNNI int16" or "OpenBLAS fp32".
        public var kernels: String
        public var precision: Precision
        public var threads: Int
        /// Bytes that the network holds.
        public var networkMemory: Int
        public var machine: MachineFacts
        /// The last painted picture.
        public var painted: Picture

        public var frames: Quantiles { Quantiles(milliseconds) }
    }

    /// - Throws: ``TemperaError``
    public func run() throws(TemperaError) -> Result {
        let painter: Painter
        do {
            painter = try Painter(model: model, width: width, height: height, options: painting)
        } catch {
            throw TemperaError(error)
        }
        let picture = if let picture { picture } else { try Self.madeUp(width: width, height: height) }
        guard picture.width == width, picture.height == height else {
            throw .wrongSize(expected: "\(width)x\(height)", got: "\(picture.width)x\(picture.height)")
        }
        let input = PixelBuffer(width: width, height: height)
        let output = PixelBuffer(width: painter.outputWidth, height: painter.outputHeight)
        picture.copy(to: input)
        for _ in 0..<max(0, warmUp) { painter.paint(input, into: output) }

        let clock = ContinuousClock()
        let start = clock.now
        var milliseconds: [Double] = []
        var layers: [LayerTiming] = []
        var best = Double.infinity
        while milliseconds.count < frames || (clock.now - start).seconds < seconds {
            let begun = clock.now
            painter.paint(input, into: output)
            let taken = (clock.now - begun).seconds * 1000
            milliseconds.append(taken)
            if taken < best { (best, layers) = (taken, painter.layerTimings) }
        }
        return Result(
            milliseconds: milliseconds, layers: layers, flops: painter.plan.flops, peak: painter.measurePeak(),
            engine: painter.engine, kernels: painter.plan.kernels, precision: painter.precision, threads: painter.plan.threads,
            networkMemory: painter.bytes, machine: .current, painted: Picture(output))
    }

    /// Slopes with noise on them: no part is flat.
    private static func madeUp(width: Int, height: Int) throws(TemperaError) -> Picture {
        var state: UInt32 = 1
        var bytes = [UInt8](repeating: 0, count: width * height * 3)
        for y in 0..<height {
            for x in 0..<width {
                state = state &* 1_664_525 &+ 1_013_904_223
                let noise = Int(state >> 27)
                bytes[(y * width + x) * 3] = UInt8(truncatingIfNeeded: x * 200 / width + noise)
                bytes[(y * width + x) * 3 + 1] = UInt8(truncatingIfNeeded: y * 200 / height + noise)
                bytes[(y * width + x) * 3 + 2] = UInt8(truncatingIfNeeded: (x + y) * 200 / (width + height) + noise)
            }
        }
        return try Picture(width: width, height: height, bytes: bytes)
    }
}
