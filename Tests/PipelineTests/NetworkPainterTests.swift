import Foundation
import Network
import TestFiles
import Testing

@testable import Media
@testable import Pipeline

/// A change of resolution while a clip plays.
@Suite struct NetworkPainterTests {
    /// The same frame on every rung: the picture as a whole keeps its brightness and colour, a change of which is what an
    /// eye sees as a flash, and all that painting needs is there beforehand. Strokes grow, so parts may differ.
    @Test func noRungFlashes() throws {
        let source = try FileSource(Checkout.path("Samples/harbour.mp4"))
        var first: VideoFrame?
        while first == nil, let item = try source.next() {
            if case .frame(let frame) = item { first = frame }
        }
        let frame = try #require(first)
        let ladder = Ladder(width: 640, height: 360)
        let model = try Model.load(Checkout.path("Models/starry-night.safetensors"))
        let painter = try NetworkPainter(model: model, ladder: ladder, options: PainterOptions())
        let bytes = painter.bytes
        let full = try painter.paint(frame, rung: 0)
        for rung in ladder.rungs.indices.dropFirst() {
            let painted = try painter.paint(frame, rung: rung)
            #expect(painted.pixels.width == 640 && painted.pixels.height == 360 && painted.timestamp == frame.timestamp)
            let steps = zip(means(full.pixels, across: 4), means(painted.pixels, across: 4)).map { abs($0 - $1) }
            let whole = zip(means(full.pixels, across: 1), means(painted.pixels, across: 1)).map { abs($0 - $1) }
            #expect((whole.max() ?? 255) < 2, "rung \(rung): the picture changes by \(whole)")
            #expect((steps.max() ?? 255) < 64, "rung \(rung): a part of the picture changes by \(steps.max() ?? 0)")
        }
        #expect(painter.bytes == bytes)
    }

    /// Mean red, green and blue of each part, when the picture is cut into `count` x `count`.
    private func means(_ pixels: PixelBuffer, across count: Int) -> [Double] {
        var sums = [Double](repeating: 0, count: count * count * 3)
        for y in 0..<pixels.height {
            for x in 0..<pixels.width {
                let part = y * count / pixels.height * count + x * count / pixels.width
                for c in 0..<3 { sums[part * 3 + c] += Double(pixels.row(y)[x * 3 + c]) }
            }
        }
        return sums.map { $0 / Double(pixels.width * pixels.height / (count * count)) }
    }
}
