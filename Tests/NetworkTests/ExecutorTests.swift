import Testing

@testable import Network

@Suite struct ExecutorTests {
    private static let engines = [Engine.reference, .blas]

    private func paint(_ model: Model, _ input: PixelBuffer, _ engine: Engine, threads: Int? = nil) throws -> [Float] {
        try Painter(
            model: model, width: input.width, height: input.height,
            options: PainterOptions(engine: engine, threads: threads)
        ).values(input)
    }

    @Test(arguments: engines, Fixture.all)
    func givesTheExactAnswer(engine: Engine, fixture: Fixture) throws {
        let input = try fixture.input(), answer = try fixture.output()
        // What is shipped is rounded to 16 bits: up to 0.043 of 255 by that alone.
        let bundled = try paint(.load(Fixture.roundedWeights), input, engine)
        #expect(worstDifference(bundled, answer) <= 0.05)
        guard let weights = Fixture.exactWeights else { return }
        let exact = try paint(.load(weights), input, engine)
        #expect(worstDifference(exact, answer) <= 0.002)
    }

    /// Every residue of width and height modulo the alignment, the smallest size, and sizes around a chunk's length.
    @Test(arguments: [
        (16, 16), (17, 18), (18, 17), (19, 19), (20, 17), (21, 18), (22, 19), (23, 20), (16, 17), (24, 18), (25, 19),
        (26, 20), (17, 17), (18, 18), (27, 16), (19, 17), (131, 16), (16, 131), (515, 19), (1025, 16), (16, 37),
    ])
    func blasAgreesWithReference(width: Int, height: Int) throws {
        let model = Model.random(tinyArchitecture), input = PixelBuffer.random(width: width, height: height)
        let expected = try paint(model, input, .reference)
        let values = try paint(model, input, .blas)
        #expect(worstDifference(values, expected) <= 2e-4 * largest(expected))
    }

    /// Steps that no known network has: a large kernel after enlargement, a strided one without a norm, few channels out.
    @Test func blasAgreesWithReferenceOnUncommonBlocks() throws {
        let architecture = Architecture(
            name: "odd",
            blocks: [
                .convolution(Convolution("a", 3, 5, kernel: 5, stride: 2), norm: nil, relu: true),
                .residual(name: "b", channels: 5),
                .convolution(Convolution("c", 5, 4, kernel: 5, upsampling: 2), norm: "n", relu: false),
                .convolution(Convolution("d", 4, 3, kernel: 1), norm: nil, relu: true),
            ])
        let model = Model.random(architecture), input = PixelBuffer.random(width: 45, height: 31)
        let expected = try paint(model, input, .reference)
        let values = try paint(model, input, .blas)
        #expect(worstDifference(values, expected) <= 2e-4 * largest(expected))
    }

    @Test(arguments: engines)
    func theNumberOfThreadsChangesNothing(engine: Engine) throws {
        // Large enough for several chunks a layer.
        let (width, height) = engine == .blas ? (330, 170) : (70, 50)
        let model = Model.random(tinyArchitecture), input = PixelBuffer.random(width: width, height: height)
        let one = try paint(model, input, engine, threads: 1)
        for threads in [2, 5] {
            let many = try paint(model, input, engine, threads: threads)
            #expect(worstDifference(many, one) == 0)
        }
    }

    @Test(arguments: engines)
    func bytesAreTheNearestOfTheValuesAndRowsMayBePadded(engine: Engine) throws {
        var model = Model.random(tinyArchitecture)
        // Spreads the output over and beyond 0…255.
        model.tensors["deconv3.conv2d.weight"] = model["deconv3.conv2d.weight"].map { $0 * 150 }
        model.tensors["deconv3.conv2d.bias"] = [128, 128, 128]
        let input = PixelBuffer.random(width: 37, height: 22), output = PixelBuffer(width: 37, height: 22)
        let painter = try Painter(model: model, width: 37, height: 22, options: PainterOptions(engine: engine))
        for y in 0..<22 { output.row(y).update(repeating: 7, count: output.stride) }
        painter.paint(input, into: output)
        let values = painter.values(input)
        #expect(values.contains { $0 < 0 } && values.contains { $0 > 255 })
        for y in 0..<22 {
            for i in 0..<37 * 3 {
                let exact = min(max(values[y * 37 * 3 + i], 0), 255).rounded(.toNearestOrEven)
                #expect(Float(output.row(y)[i]) == exact)
            }
            for i in (37 * 3)..<output.stride { #expect(output.row(y)[i] == 7, "past the end of a row") }
        }
    }

    @Test func roundsBytes() {
        let cases: [(Float, UInt8)] = [
            (-1, 0), (0.5, 0), (0.50001, 1), (1.5, 2), (2.5, 2), (254.5, 254), (254.6, 255), (255.4, 255), (1e9, 255),
            (.nan, 0), (.infinity, 255), (-.infinity, 0), (-0.0, 0),
        ]
        for (value, expected) in cases { #expect(byte(value) == expected, "\(value)") }
    }

    @Test(arguments: engines)
    func timesEveryLayer(engine: Engine) throws {
        let model = Model.random(tinyArchitecture), input = PixelBuffer.random(width: 64, height: 48)
        let painter = try Painter(model: model, width: 64, height: 48, options: PainterOptions(engine: engine))
        _ = painter.values(input)
        let timings = painter.layerTimings
        #expect(timings.map(\.name).filter { $0.hasPrefix("res") }.count == 10)
        #expect(timings.first?.name == "input" && timings.last?.name == "output")
        #expect(timings.allSatisfy { $0.seconds > 0 && $0.seconds < 10 })
        #expect(timings.reduce(0) { $0 + $1.flops } == painter.plan.flops)
    }

    private func largest(_ values: [Float]) -> Float { values.reduce(1) { max($0, abs($1)) } }
}
