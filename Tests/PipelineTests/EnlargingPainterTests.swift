import Network
import TestFiles
import Testing

@testable import Media
@testable import Pipeline

@Suite struct EnlargingPainterTests {
    private func frame(width: Int, height: Int) -> VideoFrame {
        let pixels = PixelBuffer(width: width, height: height), alpha = AlphaPlane(width: width, height: height)
        for y in 0..<height {
            for x in 0..<width {
                for c in 0..<3 { pixels.row(y)[3 * x + c] = UInt8(truncatingIfNeeded: 4 * x + 2 * y + 30 * c) }
                alpha.bytes[y * width + x] = x < width / 2 ? 0 : 255
            }
        }
        return VideoFrame(pixels: pixels, timestamp: 7, duration: 2, alpha: alpha)
    }

    private func model(_ name: String) throws -> Model { try Model.load(Checkout.path("Models/\(name).safetensors")) }

    /// Painted at a quarter, of sides that are no multiples of 4: the frame keeps its size, transparency and time.
    @Test func aStyleKeepsTheFramesSize() throws {
        let layers = LayerTotals(), frame = frame(width: 70, height: 67)
        let painter = try EnlargingPainter(
            width: 70, height: 67, style: try model("udnie.live"), upscaler: try model("upscaler-x4-pixel"),
            options: PainterOptions(threads: 1), layers: layers)
        let painted = try painter.paint(frame, rung: 0)
        #expect((painted.pixels.width, painted.pixels.height) == (70, 67) && painted.timestamp == 7 && painted.duration == 2)
        #expect((0..<70).map { painted.alpha?.bytes[66 * 70 + $0] } == (0..<70).map { $0 < 35 ? 0 : 255 })
        let names = layers.layers.map(\.name)
        #expect(names.contains("upscaler.up2") && names.contains("conv1"))
        #expect(painter.cost(rung: 0) > 0)
    }

    /// Without one, picture and transparency are larger, and show the same.
    @Test func aFrameIsEnlarged() throws {
        let frame = frame(width: 21, height: 18)
        let painter = try EnlargingPainter(
            width: 21, height: 18, style: nil, upscaler: try model("upscaler-x4-pixel"), options: PainterOptions(threads: 1))
        let painted = try painter.paint(frame, rung: 0)
        #expect((painted.pixels.width, painted.pixels.height) == (84, 72))
        #expect((0..<84).map { painted.alpha?.bytes[71 * 84 + $0] } == (0..<84).map { $0 < 40 ? 0 : 255 })
        for y in 2..<16 {
            for x in 2..<19 {
                let centre = Int(painted.pixels.row(4 * y + 2)[3 * (4 * x + 2)]), own = Int(frame.pixels.row(y)[3 * x])
                #expect(abs(centre - own) < 8, "\(x) \(y)")
            }
        }
    }
}
