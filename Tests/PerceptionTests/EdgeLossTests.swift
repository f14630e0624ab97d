import Testing

@testable import Network
@testable import Perception

/// What keeps a network from framing its pictures.
@Suite struct EdgeLossTests {
    private let context: TrainingContext
    private let memory = MapMemory()
    private let architecture = Architecture.live(widths: [16], residuals: 1)
    private let input = MapShape(images: 2, height: 96, width: 80, channels: 3)
    private let parameters: ParameterStore

    init() throws {
        context = try TrainingContext(threads: 2)
        parameters = ParameterStore(architecture: architecture)
        parameters.randomize(seed: 3)
    }

    private func noise(_ shape: MapShape, seed: UInt64) -> Map {
        let map = memory.map(shape)
        var noise = SplitMix64(state: seed)
        for i in 0..<shape.count { map.base[i] = Float.random(in: 0...255, using: &noise) }
        return map
    }

    /// What the network paints of the first photo with 32 pixels mirrored around it, and noise in place of the second.
    private func answer(to photos: Map) -> Map {
        let reach = EdgeLoss.reach
        let wide = memory.map(MapShape(images: 1, height: input.height + 2 * reach, width: input.width + 2 * reach, channels: 3))
        func mirrored(_ at: Int, _ length: Int) -> Int { at < 0 ? -at : at < length ? at : 2 * (length - 1) - at }
        for y in 0..<wide.shape.height {
            let from = photos.row(0, mirrored(y - reach, input.height)), to = wide.row(0, y)
            for x in 0..<wide.shape.width {
                (to + 3 * x).update(from: from + 3 * mirrored(x - reach, input.width), count: 3)
            }
        }
        let network = TransformNetwork(
            architecture: architecture, input: wide.shape, parameters: parameters, context: context)
        network.forward(wide)
        let painting = noise(input, seed: 9)
        for y in 0..<input.height {
            painting.row(0, y).update(from: network.output.row(0, y + reach) + 3 * reach, count: input.rowCount)
        }
        return painting
    }

    @Test func countsColourAtTheEdgesAlone() {
        let photos = noise(input, seed: 4), gradient = memory.map(input)
        let loss = EdgeLoss(architecture: architecture, input: input, parameters: parameters, context: context)
        func value(_ painting: Map) -> Double { loss.evaluate(painting, of: photos, weight: 2, gradient: gradient) }
        #expect(value(answer(to: photos)) < 1e-6)
        let middle = answer(to: photos), frame = answer(to: photos), strokes = answer(to: photos)
        for y in 0..<input.height {
            for x in 0..<input.width {
                let isEdge = !(32..<input.height - 32).contains(y) || !(32..<input.width - 32).contains(x)
                (isEdge ? frame : middle).row(0, y)[3 * x + 1] += 5
                strokes.row(0, y)[3 * x + 1] += x % 2 == 0 ? 50 : -50
            }
        }
        #expect(value(middle) < 1e-6)
        #expect(value(strokes) < 1e-6)
        #expect(abs(value(frame) - 2 * 25 / 3) < 1e-2)
    }

    /// It is quadratic: differences of any length give the slope.
    @Test func gradientIsThatOfTheLoss() {
        let photos = noise(input, seed: 5), painting = noise(input, seed: 6)
        let gradient = memory.map(input), spare = memory.map(input)
        let loss = EdgeLoss(architecture: architecture, input: input, parameters: parameters, context: context)
        func value(_ gradient: Map) -> Double { loss.evaluate(painting, of: photos, weight: 1000, gradient: gradient) }
        _ = value(gradient)
        for i in stride(from: 0, to: input.imageCount, by: 997) {
            let level = painting.base[i]
            painting.base[i] = level + 100
            let above = value(spare)
            painting.base[i] = level - 100
            let below = value(spare)
            painting.base[i] = level
            #expect(abs((above - below) / 200 - Double(gradient.base[i])) < 0.02 + 1e-2 * abs(above - below) / 200, "at \(i)")
        }
        #expect((input.imageCount..<input.count).allSatisfy { gradient.base[$0] == 0 })
    }

    /// It is among the losses of every step, and a run with it is the same however it is cut, with any number of threads.
    @Test func runsHaveIt() throws {
        let studio = try Studio()
        var options = studio.options("whole", iterations: 6)
        (options.weights.edge, options.weights.temporal, options.threads) = (500, 1, 1)
        _ = try TrainingRun(options).run(shouldStop: { false }, report: { _ in })
        let rows = try LossLog(studio.folder + "/whole.losses.csv", keeping: 6).rows
        #expect(rows.count == 6 && rows.allSatisfy { $0.losses.edge > 0 })
        (options.output, options.threads) = (studio.folder + "/parts.safetensors", 2)
        for stop in [2, 6] {
            _ = try TrainingRun(options).run(to: stop)
            options.resume = true
        }
        #expect(try studio.bytes("parts") == studio.bytes("whole"))
    }
}
