import CFFmpeg
import Network

/// Decoded pictures of whatever kind to RGB in display orientation, all of one size.
final class FrameConverter {
    /// Size for display, after any resize.
    let width: Int
    let height: Int
    let hasAlpha: Bool
    private let orientation: Orientation
    private let pool: PixelPool
    private let firstSize: (width: Int, height: Int)
    private let path: String
    private let warnings: OneTimeWarnings
    private var swscale: Swscale?
    /// Pixels between conversion and turning, or between conversion and taking the alpha out.
    private var scratch: [UInt8] = []
    private var turned: [UInt8] = []

    /// - Parameter first: the first picture, whose size and alpha hold for all.
    init(
        first: UnsafePointer<AVFrame>, orientation: Orientation, resize: RequestedSize?, path: String,
        warnings: OneTimeWarnings
    ) throws(MediaError) {
        self.orientation = orientation
        self.path = path
        self.warnings = warnings
        firstSize = (Int(first.pointee.width), Int(first.pointee.height))
        hasAlpha = PixelFormat(AVPixelFormat(rawValue: first.pointee.format)).hasAlpha
        let displayed =
            orientation.transposes ? (width: firstSize.height, height: firstSize.width) : firstSize
        (width, height) = try resize.map { size throws(MediaError) in try size.resolved(from: displayed) } ?? displayed
        pool = PixelPool(width: width, height: height)
    }

    /// - Throws: `MediaError.unsupportedColour`, when a plain conversion would be wrong.
    func convert(_ frame: UnsafePointer<AVFrame>) throws(MediaError) -> (pixels: PixelBuffer, alpha: AlphaPlane?) {
        let swscale = try converter(for: frame)
        let pixels = pool.take()
        if orientation.isUpright && !hasAlpha {
            swscale.run(from: frame, to: pixels.bytes, stride: pixels.stride)
            return (pixels, nil)
        }
        let bytes = hasAlpha ? 4 : 3
        let stride = (swscale.target.width * bytes + 127) / 64 * 64
        grow(&scratch, to: stride * swscale.target.height)
        return scratch.withUnsafeMutableBufferPointer { scratch in
            guard let base = scratch.baseAddress else { return (pixels, nil) }
            swscale.run(from: frame, to: base, stride: stride)
            if !hasAlpha {
                orientation.apply(
                    base, width: swscale.target.width, height: swscale.target.height, stride: stride, bytes: 3,
                    to: pixels.bytes, stride: pixels.stride)
                return (pixels, nil)
            }
            return (pixels, split(base, stride: stride, size: swscale.target, into: pixels))
        }
    }

    /// RGBA as stored to RGB and alpha as displayed.
    private func split(
        _ rgba: UnsafeMutablePointer<UInt8>, stride: Int, size: PictureLayout, into pixels: PixelBuffer
    ) -> AlphaPlane {
        let alpha = AlphaPlane(width: width, height: height)
        grow(&turned, to: width * height * 4)
        turned.withUnsafeMutableBufferPointer { turned in
            guard let base = turned.baseAddress else { return }
            orientation.apply(
                rgba, width: size.width, height: size.height, stride: stride, bytes: 4, to: base, stride: width * 4)
            for y in 0..<height {
                let from = base + y * width * 4
                let to = pixels.row(y)
                for x in 0..<width {
                    to[3 * x] = from[4 * x]
                    to[3 * x + 1] = from[4 * x + 1]
                    to[3 * x + 2] = from[4 * x + 2]
                    alpha.bytes[y * width + x] = from[4 * x + 3]
                }
            }
        }
        return alpha
    }

    private func grow(_ buffer: inout [UInt8], to count: Int) {
        if buffer.count < count { buffer = [UInt8](repeating: 0, count: count) }
    }

    private func converter(for frame: UnsafePointer<AVFrame>) throws(MediaError) -> Swscale {
        let color = ColorTags(frame)
        let size = (width: Int(frame.pointee.width), height: Int(frame.pointee.height))
        let format = AVPixelFormat(rawValue: frame.pointee.format)
        let source = PictureLayout(
            width: size.width, height: size.height, format: format.rawValue,
            matrix: color.effectiveMatrix(height: size.height), fullRange: color.fullRange,
            chroma: frame.pointee.chroma_location.rawValue)
        if let swscale, swscale.source == source { return swscale }
        if let obstacle = color.obstacle { throw .unsupportedColour(path, what: obstacle) }
        guard sws_isSupportedInput(format) != 0 else {
            throw .unsupportedColour(path, what: "its pixel format (\(PixelFormat(format).name)) cannot be converted")
        }
        if size != firstSize {
            warnings.report(.sizeChange(from: "\(firstSize.width)x\(firstSize.height)", to: "\(size.width)x\(size.height)"))
        }
        let made = try Swscale(
            from: source,
            to: .rgb(
                width: orientation.transposes ? height : width, height: orientation.transposes ? width : height,
                format: hasAlpha ? AV_PIX_FMT_RGBA : AV_PIX_FMT_RGB24))
        swscale = made
        return made
    }
}

extension RequestedSize {
    /// The size meant when the picture is `size`; a side left open becomes even, so that 4:2:0 can hold it.
    func resolved(from size: (width: Int, height: Int)) throws(MediaError) -> (width: Int, height: Int) {
        func even(_ value: Double) -> Int { max(2, Int((min(value, 1e6) / 2).rounded()) * 2) }
        let result: (width: Int, height: Int)
        switch (width, height) {
        case (-1, -1): result = size
        case (-1, 1...): result = (even(Double(size.width) * Double(height) / Double(size.height)), height)
        case (1..., -1): result = (width, even(Double(size.height) * Double(width) / Double(size.width)))
        default: result = (width, height)
        }
        guard result.width > 0, result.height > 0, result.width <= 65536, result.height <= 65536,
            result.width * result.height <= largestPicture
        else { throw .badSize(width: result.width, height: result.height) }
        return result
    }
}
