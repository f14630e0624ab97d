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

    /// What the network paints in the middle of the wider view, as a painting of `input`.
    private func answer(to wide: Map) -> Map {
        let network = TransformNetwork(
            architecture: architecture, input: wide.shape, parameters: parameters, context: context)
        network.forward(wide)
        let painting = noise(input, seed: 9), reach = EdgeLoss.reach
        for y in 0..<input.height {
            painting.row(0, y).update(from: network.output.row(0, y + reach) + 3 * reach, count: input.rowCount)
        }
        return painting
    }

    @Test func countsColourAtTheEdgesAlone() {
        let wide = noise(EdgeLoss.wide(input), seed: 4), gradient = memory.map(input)
        let loss = EdgeLoss(architecture: architecture, input: input, parameters: parameters, context: context)
        func value(_ painting: Map) -> Double { loss.evaluate(painting, wide: wide, weight: 2, gradient: gradient) }
        #expect(value(answer(to: wide)) < 1e-6)
        let middle = answer(to: wide), frame = answer(to: wide), strokes = answer(to: wide)
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
        let wide = noise(EdgeLoss.wide(input), seed: 5), painting = noise(input, seed: 6)
        let gradient = memory.map(input), spare = memory.map(input)
        let loss = EdgeLoss(architecture: architecture, input: input, parameters: parameters, context: context)
        _ = loss.evaluate(painting, wide: wide, weight: 1000, gradient: gradient)
        for i in stride(from: 0, to: input.imageCount, by: 997) {
            let value = painting.base[i]
            painting.base[i] = value + 100
            let above = loss.evaluate(painting, wide: wide, weight: 1000, gradient: spare)
            painting.base[i] = value - 100
            let below = loss.evaluate(painting, wide: wide, weight: 1000, gradient: spare)
            painting.base[i] = value
            #expect(abs((above - below) / 200 - Double(gradient.base[i])) < 0.02 + 1e-2 * abs(above - below) / 200, "at \(i)")
        }
        #expect((input.imageCount..<input.count).allSatisfy { gradient.base[$0] == 0 })
    }

    /// A batch's wider view shows its first crop with more around it, whether the crop has a moved view or not.
    @Test(arguments: [true, false]) func streamsHaveTheWiderView(pairs: Bool) throws {
        let studio = try Studio(), folder = try PhotoFolder(studio.folder + "/photos"), reach = EdgeLoss.reach
        let shape = MapShape(images: 2, height: 64, width: 64, channels: 3)
        let stream = PhotoStream(folder, shape: shape, seed: 7, pairs: pairs, hasRamps: true, isWide: true)
        for step in 0..<20 {
            let batch = try stream.batch(step), wide = try #require(batch.wide)
            for y in 0..<64 {
                let inner = wide.row(0, y + reach) + 3 * reach
                #expect((0..<shape.rowCount).allSatisfy { inner[$0] == batch.photos.row(0, y)[$0] })
            }
        }
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

    /// Also of photos no larger than the wider view.
    @Test func cropsOfSmallPhotosDiffer() throws {
        let studio = try Studio(photos: 1), folder = try PhotoFolder(studio.folder + "/photos")
        let shape = MapShape(images: 1, height: 64, width: 64, channels: 3)
        let stream = PhotoStream(folder, shape: shape, seed: 7, isWide: true)
        let crops = try (0..<12).map { Array(UnsafeBufferPointer(start: try stream.batch($0).photos.base, count: shape.count)) }
        #expect(Set(crops).count > 8)
    }
}
