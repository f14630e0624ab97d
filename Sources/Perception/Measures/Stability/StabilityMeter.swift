import Network

/// Why steadiness cannot be measured.
public enum StabilityError: Error, Sendable, CustomStringConvertible {
    case noFlow(String)
    case notAFlow(String)
    case sizesDiffer(String, String)
    case tooFewFrames(String)
    case nothingPainted

    public var description: String {
        switch self {
        case .noFlow(let path): "\(path): cannot be read; --flow takes a folder with a .flo file for every frame but the first"
        case .notAFlow(let path): "\(path): not a .flo file of the pictures' size"
        case .sizesDiffer(let a, let b):
            "\(a) and \(b) differ in size; give the video that was painted and its painting"
        case .nothingPainted: "steadiness needs a painted video, or a style to paint with"
        case .tooFewFrames(let path): "\(path): steadiness needs two frames or more"
        }
    }
}

/// How much a painted video flickers: the warping error, what differs between each frame and the one before it moved
/// along with the scene.
///
/// The root of the mean, over all frames and all pixels that both frames see, of the squared difference in R, G and B:
/// levels of 0…255 (the e_stab of Gao et al. 2018 up to its scale). Frames come in order.
public final class StabilityMeter {
    /// Motion is estimated at no more than this width: finer detail costs time and adds little.
    private static let widest = 640

    public private(set) var frames = 0
    private var previous: (input: PixelBuffer, output: PixelBuffer, plane: Plane)?
    private var sums = (input: 0.0, output: 0.0, visible: 0, all: 0)

    public init() {}

    /// - Parameters:
    ///   - flow: The motion from this frame to the one before it, where it is known; else it is estimated from `input`.
    ///   - hidden: With a known motion, whether each pixel is not seen in the frame before.
    public func add(input: PixelBuffer, output: PixelBuffer, flow known: FlowField? = nil, hidden: [Bool]? = nil)
        throws(StabilityError)
    {
        guard input.width == output.width, input.height == output.height else {
            throw .sizesDiffer("\(input.width)x\(input.height)", "\(output.width)x\(output.height)")
        }
        var plane = Plane(width: 0, height: 0)
        if known == nil {
            plane = Plane(luminanceOf: input)
            while plane.width > Self.widest { plane = plane.halved() }
        }
        defer { previous = (input, output, plane) }
        frames += 1
        guard let previous else { return }
        if let known {
            compare(
                input, output, previous.input, previous.output, known, visible: hidden.map { $0.map { !$0 } }, scale: 1)
        } else {
            let flow = OpticalFlow.estimate(plane, previous.plane), back = OpticalFlow.estimate(previous.plane, plane)
            compare(
                input, output, previous.input, previous.output, flow, visible: flow.agrees(with: back),
                scale: Float(input.width) / Float(plane.width))
        }
    }

    /// Levels of 0…255; that of the input tells how much of it is noise and error of the motion.
    public var warpingError: (input: Double, output: Double) {
        let count = Double(max(1, 3 * sums.visible))
        return ((sums.input / count).squareRoot(), (sums.output / count).squareRoot())
    }

    /// Share of the pixels that were compared.
    public var visible: Double { Double(sums.visible) / Double(max(1, sums.all)) }

    private func compare(
        _ input: PixelBuffer, _ output: PixelBuffer, _ inputBefore: PixelBuffer, _ outputBefore: PixelBuffer,
        _ flow: FlowField,
        visible: [Bool]?, scale: Float
    ) {
        for y in 0..<input.height {
            for x in 0..<input.width {
                sums.all += 1
                let fx = min(Int(Float(x) / scale), flow.width - 1), fy = min(Int(Float(y) / scale), flow.height - 1)
                let i = fy * flow.width + fx
                let px = Float(x) + flow.u[i] * scale, py = Float(y) + flow.v[i] * scale
                guard visible?[i] ?? true, px >= 0, py >= 0, px <= Float(input.width - 1), py <= Float(input.height - 1)
                else { continue }
                sums.visible += 1
                sums.input += Self.square(input, x, y, inputBefore, px, py)
                sums.output += Self.square(output, x, y, outputBefore, px, py)
            }
        }
    }

    private static func square(_ now: PixelBuffer, _ x: Int, _ y: Int, _ before: PixelBuffer, _ px: Float, _ py: Float)
        -> Double
    {
        let at = now.row(y) + 3 * x,
            d = SIMD3(Float(at[0]), Float(at[1]), Float(at[2])) - before.sample(Double(px), Double(py))
        return Double((d * d).sum())
    }
}
