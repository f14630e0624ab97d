import Foundation
import TestFiles
import Testing

@testable import Network
@testable import Perception

@Suite struct StabilityTests {
    /// Blobs of all sizes.
    private func scene(_ width: Int, _ height: Int) -> PixelBuffer {
        let picture = PixelBuffer(width: width, height: height)
        for y in 0..<height {
            for x in 0..<width {
                for c in 0..<3 {
                    let (u, v) = (Double(x), Double(y))
                    let value =
                        128 + 50 * sin(u * 0.11 + v * 0.05 + Double(c)) + 40 * sin(v * 0.17 - u * 0.03) + 30
                        * sin(u * 0.31) * sin(v * 0.27)
                    picture.row(y)[3 * x + c] = UInt8(min(255, max(0, value)))
                }
            }
        }
        return picture
    }

    @Test func estimatedMotionOfAMovingStillIsRight() {
        let still = MovingStill(scene(240, 200))
        let (now, before) = (Plane(luminanceOf: still.frame(6)), Plane(luminanceOf: still.frame(5)))
        let exact = still.flow(6), flow = OpticalFlow.estimate(now, before), back = OpticalFlow.estimate(before, now)
        let visible = flow.agrees(with: back)
        var error = 0.0, length = 0.0, count = 0
        for i in flow.u.indices where visible[i] {
            error += Double(hypot(flow.u[i] - exact.u[i], flow.v[i] - exact.v[i]))
            length += Double(hypot(exact.u[i], exact.v[i]))
            count += 1
        }
        #expect(count > flow.u.count * 8 / 10)
        #expect(
            length / Double(count) > 0.5 && error / Double(count) < 0.15,
            "\(error / Double(count)) of \(length / Double(count))")
    }

    @Test func aSteadyPaintingHasTheErrorOfItsInputAndAFlickeringOneMore() throws {
        let still = MovingStill(scene(160, 140)), steady = StabilityMeter(), flickering = StabilityMeter()
        for index in 0..<5 {
            let frame = still.frame(index), brighter = still.frame(index)
            if index % 2 == 1 {
                for y in 0..<brighter.height {
                    for i in 0..<3 * brighter.width {
                        brighter.row(y)[i] = UInt8(min(255, Int(brighter.row(y)[i]) + 20))
                    }
                }
            }
            let flow = index > 0 ? still.flow(index) : nil
            try steady.add(input: frame, output: frame, flow: flow)
            try flickering.add(input: frame, output: brighter, flow: flow)
        }
        #expect(steady.frames == 5 && steady.visible > 0.9)
        #expect(steady.warpingError.output == steady.warpingError.input && steady.warpingError.input < 4)
        #expect((17...22).contains(flickering.warpingError.output))
        #expect(throws: StabilityError.self) { try steady.add(input: scene(32, 32), output: scene(36, 32)) }
    }

    @Test func exactFlowOfTheReferenceSequence() throws {
        guard let folder = Shared.path("motion") else { return }
        let now = try Photo(folder + "/frame_0001.png").pixels,
            before = try Photo(folder + "/frame_0000.png").pixels
        let exact = try FlowField(path: folder + "/bwd_0001_0000.flo")
        let flow = OpticalFlow.estimate(Plane(luminanceOf: now), Plane(luminanceOf: before))
        let back = OpticalFlow.estimate(Plane(luminanceOf: before), Plane(luminanceOf: now))
        let visible = flow.agrees(with: back)
        let errors = flow.u.indices.filter { visible[$0] }.map {
            hypot(flow.u[$0] - exact.u[$0], flow.v[$0] - exact.v[$0])
        }
        #expect(
            errors.count > flow.u.count * 7 / 10 && errors.reduce(0, +) / Float(errors.count) < 0.5,
            "\(errors.reduce(0, +) / Float(errors.count))")
        let meter = StabilityMeter()
        try meter.add(input: before, output: before)
        try meter.add(input: now, output: now, flow: exact)
        let known = meter.warpingError.input, estimated = StabilityMeter()
        try estimated.add(input: before, output: before)
        try estimated.add(input: now, output: now)
        #expect(known < 12 && estimated.warpingError.input < 1.3 * known, "\(known), \(estimated.warpingError)")
    }

    @Test func notEveryFileIsAFlow() throws {
        let path = NSTemporaryDirectory() + "tempera-\(UUID().uuidString).flo"
        defer { try? FileManager.default.removeItem(atPath: path) }
        for bytes in [
            [], [UInt8](repeating: 65, count: 100),
            [0x50, 0x49, 0x45, 0x48, 255, 255, 0, 0, 255, 255, 0, 0, 1, 2, 3, 4],
        ] {
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            #expect(throws: StabilityError.self) { try FlowField(path: path) }
        }
    }
}
