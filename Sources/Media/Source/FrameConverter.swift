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
    private let alphaPool: AlphaPool
    private let firstSize: (width: Int, height: Int)
    private let path: String
    private let warnings: OneTimeWarnings
    private var swscale: Swscale?
    private var toneMapper: ToneMapper?
    /// Pixels after conversion, and after tone mapping.
    private var converted = ScratchPixels()
    private var mapped = ScratchPixels()
    private var turned = ScratchPixels()

    /// - Parameter first: the first picture, whose size and alpha hold for all.
    init(
        first: UnsafePointer<AVFrame>, orientation: Orientation, resize: RequestedSize?, path: String,
        warnings: OneTimeWarnings
    ) throws(MediaError) {
        self.orientation = orientation
        self.path = path
        self.warnings = warnings
        firstSize = (Int(first.pointee.width), Int(first.pointee.height))
        let isClear = PixelFormat(AVPixelFormat(rawValue: first.pointee.format)).hasAlpha
        hasAlpha = isClear && ToneMapper.Signal(first) == nil
        if isClear, !hasAlpha { warnings.report(.alphaOfHDRDropped) }
        let displayed =
            orientation.transposes ? (width: firstSize.height, height: firstSize.width) : firstSize
        (width, height) = try resize.map { size throws(MediaError) in try size.resolved(from: displayed) } ?? displayed
        pool = PixelPool(width: width, height: height)
        alphaPool = AlphaPool(width: width, height: height)
    }

    /// - Throws: `MediaError.unsupportedColour`, when a plain conversion would be wrong.
    func convert(_ frame: UnsafePointer<AVFrame>) throws(MediaError) -> (pixels: PixelBuffer, alpha: AlphaPlane?) {
        let signal = ToneMapper.Signal(frame)
        let swscale = try converter(for: frame, isHDR: signal != nil)
        let (storedWidth, storedHeight) = (swscale.target.width, swscale.target.height)
        let pixels = pool.take()
        if let signal {
            let raw = converted.reserve(width: storedWidth, height: storedHeight, bytes: 6)
            swscale.run(from: frame, to: raw.bytes, stride: raw.stride)
            let rgb =
                orientation.isUpright
                ? (bytes: pixels.bytes, stride: pixels.stride)
                : mapped.reserve(width: storedWidth, height: storedHeight, bytes: 3)
            let mapper = mapper(for: signal)
            for y in 0..<storedHeight {
                (raw.bytes + y * raw.stride).withMemoryRebound(to: UInt16.self, capacity: 3 * storedWidth) {
                    mapper.map($0, to: rgb.bytes + y * rgb.stride, width: storedWidth)
                }
            }
            if !orientation.isUpright { turn(rgb, width: storedWidth, height: storedHeight, into: pixels) }
            return (pixels, nil)
        }
        if hasAlpha {
            let rgba = converted.reserve(width: storedWidth, height: storedHeight, bytes: 4)
            swscale.run(from: frame, to: rgba.bytes, stride: rgba.stride)
            return (pixels, split(rgba, width: storedWidth, height: storedHeight, into: pixels))
        }
        if orientation.isUpright {
            swscale.run(from: frame, to: pixels.bytes, stride: pixels.stride)
        } else {
            let rgb = converted.reserve(width: storedWidth, height: storedHeight, bytes: 3)
            swscale.run(from: frame, to: rgb.bytes, stride: rgb.stride)
            turn(rgb, width: storedWidth, height: storedHeight, into: pixels)
        }
        return (pixels, nil)
    }

    private func turn(
        _ rgb: (bytes: UnsafeMutablePointer<UInt8>, stride: Int), width: Int, height: Int, into pixels: PixelBuffer
    ) {
        orientation.apply(
            rgb.bytes, width: width, height: height, stride: rgb.stride, bytes: 3, to: pixels.bytes,
            stride: pixels.stride)
    }

    /// RGBA as stored to RGB and alpha as displayed.
    private func split(
        _ rgba: (bytes: UnsafeMutablePointer<UInt8>, stride: Int), width storedWidth: Int, height storedHeight: Int,
        into pixels: PixelBuffer
    ) -> AlphaPlane {
        var upright = rgba
        if !orientation.isUpright {
            upright = turned.reserve(width: width, height: height, bytes: 4)
            orientation.apply(
                rgba.bytes, width: storedWidth, height: storedHeight, stride: rgba.stride, bytes: 4, to: upright.bytes,
                stride: upright.stride)
        }
        let alpha = alphaPool.take()
        for y in 0..<height {
            let from = upright.bytes + y * upright.stride
            let (to, see) = (pixels.row(y), alpha.bytes + y * width)
            for x in 0..<width {
                to[3 * x] = from[4 * x]
                to[3 * x + 1] = from[4 * x + 1]
                to[3 * x + 2] = from[4 * x + 2]
                see[x] = from[4 * x + 3]
            }
        }
        return alpha
    }

    private func mapper(for signal: ToneMapper.Signal) -> ToneMapper {
        if let toneMapper, toneMapper.signal == signal { return toneMapper }
        warnings.report(.toneMapped(transfer: signal.curve == .pq ? "PQ" : "HLG"))
        let made = ToneMapper(signal)
        toneMapper = made
        return made
    }

    private func converter(for frame: UnsafePointer<AVFrame>, isHDR: Bool) throws(MediaError) -> Swscale {
        let color = ColorTags(frame)
        let size = (width: Int(frame.pointee.width), height: Int(frame.pointee.height))
        let format = AVPixelFormat(rawValue: frame.pointee.format)
        let source = PictureLayout(
            width: size.width, height: size.height, format: format.rawValue,
            matrix: isHDR && color.matrix == AVCOL_SPC_UNSPECIFIED.rawValue
                ? AVCOL_SPC_BT2020_NCL.rawValue : color.effectiveMatrix(height: size.height),
            fullRange: color.fullRange, chroma: frame.pointee.chroma_location.rawValue)
        let target = isHDR ? AV_PIX_FMT_RGB48LE : hasAlpha ? AV_PIX_FMT_RGBA : AV_PIX_FMT_RGB24
        if let swscale, swscale.source == source, swscale.target.format == target.rawValue { return swscale }
        if !hasAlpha, !isHDR, PixelFormat(format).hasAlpha { warnings.report(.laterAlphaDropped) }
        if let obstacle = color.obstacle { throw .unsupportedColour(path, what: obstacle) }
        guard sws_isSupportedInput(format) != 0 else {
            throw .unsupportedColour(path, what: "its pixel format (\(PixelFormat(format).name)) cannot be converted")
        }
        if size != firstSize {
            warnings.report(
                .sizeChange(from: "\(firstSize.width)x\(firstSize.height)", to: "\(size.width)x\(size.height)"))
        }
        let made = try Swscale(
            from: source,
            to: .rgb(
                width: orientation.transposes ? height : width, height: orientation.transposes ? width : height,
                format: target))
        swscale = made
        return made
    }
}
