import CKernels
import Testing

@testable import Network
@testable import Perception

/// The fast layers against the reference ones, for every instruction set this machine has.
@Suite struct LayerTests {
    static let sets = [TMP_ISA_PORTABLE, TMP_ISA_AVX2, TMP_ISA_AVX512].filter { tmp_train_for($0) != nil }

    private static func context(_ isa: tmp_isa, pairs: Bool = false) -> TrainingContext {
        TrainingContext(pool: ThreadPool(threads: 2), isa: isa, pairs: pairs)
    }

    /// Relative to the largest value.
    private func expectClose(_ values: [Float], _ wanted: [Double], within tolerance: Double = 2e-5, _ what: String) {
        let scale = wanted.map(abs).max() ?? 1
        // What is no number must not hide from the comparison.
        let worst = zip(values, wanted).map { $0.isFinite ? abs(Double($0) - $1) : .infinity }.max() ?? .infinity
        #expect(values.count == wanted.count && worst <= tolerance * scale, "\(what): off by \(worst) of \(scale)")
    }

    /// A map with surplus channels at zero.
    private func map(_ reference: ReferenceMap, _ memory: MapMemory) -> Map {
        let map = memory.map(
            MapShape(
                images: reference.images, height: reference.height, width: reference.width, channels: reference.channels
            ))
        for (i, value) in reference.values.enumerated() {
            map.base[i / reference.channels * map.shape.channels + i % reference.channels] = Float(value)
        }
        return map
    }

    /// Its values without the surplus channels, which must be zero.
    private func values(_ map: Map, channels: Int) -> [Float] {
        for i in 0..<map.shape.count where i % map.shape.channels >= channels { #expect(map.base[i] == 0) }
        return (0..<map.shape.count).filter { $0 % map.shape.channels < channels }.map { map.base[$0] }
    }

    static let convolutions: [(Convolution, Padding)] = [
        (Convolution("c", 16, 32, kernel: 3), .reflection), (Convolution("c", 48, 24, kernel: 3), .zero),
        (Convolution("c", 24, 16, kernel: 3, upsampling: 2), .reflection),
        (Convolution("c", 16, 32, kernel: 3, stride: 2), .reflection),
        (Convolution("c", 3, 16, kernel: 9), .reflection), (Convolution("c", 3, 64, kernel: 3), .zero),
        (Convolution("c", 3, 8, kernel: 9, stride: 2), .reflection), (Convolution("c", 16, 3, kernel: 9), .reflection),
        (Convolution("c", 8, 3, kernel: 3), .reflection), (Convolution("c", 16, 3, kernel: 5, upsampling: 2), .reflection), (Convolution("c", 16, 16, kernel: 5, stride: 2), .reflection),
    ]

    @Test(arguments: convolutions, sets) func convolution(_ plan: (Convolution, Padding), _ isa: tmp_isa) {
        check(plan, Self.context(isa), within: 2e-5)
    }

    /// bfloat16 has 8 digits, and Winograd's transforms lose two to three of them.
    @Test(arguments: convolutions.filter { $0.0.kernel == 3 }, sets) func convolutionOfPairs(
        _ plan: (Convolution, Padding), _ isa: tmp_isa
    ) {
        check(plan, Self.context(isa, pairs: true), within: 3e-2)
    }

    private func check(_ plan: (Convolution, Padding), _ context: TrainingContext, within tolerance: Double) {
        let (shape, padding) = plan, memory = MapMemory()
        var noise = SplitMix64(state: 5)
        let reference = ReferenceConvolution(
            shape: shape, padding: padding,
            weights: noise.values(shape.inputs * shape.outputs * shape.kernel * shape.kernel),
            bias: noise.values(shape.outputs))
        // Sizes that no tile or vector divides, one of them larger than a strip.
        for (height, width) in [(10, 14), (22, 38)] {
            let x = ReferenceMap(
                2, height, width, shape.inputs, values: noise.values(2 * height * width * shape.inputs))
            var dy = reference.output(for: x)
            dy.values = noise.values(dy.values.count)
            let y = reference.forward(x), gradient = reference.backward(x, dy: dy)

            let passes = padding == .zero || shape.inputs != 3
            let layer = ConvolutionPlan(shape: shape, padding: padding, passesGradient: passes)
                .layer(input: map(x, memory).shape, context: context)
            layer.load(weights: reference.weights.map(Float.init), bias: reference.bias.map(Float.init))
            let output = memory.map(layer.output)
            layer.forward(map(x, memory), into: output)
            expectClose(values(output, channels: shape.outputs), y.values, within: tolerance, "forward \(shape)")

            let dx = memory.map(layer.input)
            var weights = [Float](repeating: .nan, count: reference.weights.count)
            weights.withUnsafeMutableBufferPointer {
                layer.backward(
                    map(x, memory), dy: map(dy, memory), mask: nil, dx: passes ? dx : nil, weights: $0.baseAddress)
            }
            if passes {
                expectClose(
                    values(dx, channels: shape.inputs), gradient.dx.values, within: tolerance, "input gradient \(shape)"
                )
            }
            expectClose(weights, gradient.weights, within: tolerance, "weight gradient \(shape)")
        }
    }

    /// As VGG16 uses them: ReLU on the output, no gradient of weights, deep layers in groups.
    @Test(
        arguments: [
            Convolution("c", 3, 64, kernel: 3), Convolution("c", 16, 32, kernel: 3),
            Convolution("c", 256, 256, kernel: 3),
        ], [false, true])
    func frozenConvolutionWithReLU(_ shape: Convolution, _ pairs: Bool) {
        let context = Self.context(tmp_isa_available(), pairs: pairs), memory = MapMemory(),
            tolerance = pairs ? 3e-2 : 2e-5
        var noise = SplitMix64(state: 6)
        let reference = ReferenceConvolution(
            shape: shape, padding: .zero, weights: noise.values(shape.inputs * shape.outputs * 9),
            bias: noise.values(shape.outputs))
        let x = ReferenceMap(2, 9, 13, shape.inputs, values: noise.values(2 * 9 * 13 * shape.inputs))
        var y = reference.forward(x), dy = y
        y.values = y.values.map { max($0, 0) }
        dy.values = noise.values(dy.values.count)
        let layer = ConvolutionPlan(shape: shape, padding: .zero, relu: true, trainsWeights: false)
            .layer(input: map(x, memory).shape, context: context)
        layer.load(weights: reference.weights.map(Float.init), bias: reference.bias.map(Float.init))
        let output = memory.map(layer.output), dx = memory.map(layer.input)
        layer.forward(map(x, memory), into: output)
        expectClose(values(output, channels: shape.outputs), y.values, within: tolerance, "forward")
        layer.backward(map(x, memory), dy: map(dy, memory), mask: output, dx: dx, weights: nil)
        for (i, value) in values(output, channels: shape.outputs).enumerated() where value <= 0 { dy.values[i] = 0 }
        expectClose(
            values(dx, channels: shape.inputs), reference.backward(x, dy: dy).dx.values, within: tolerance,
            "input gradient")
    }

    @Test(arguments: sets) func instanceNorm(_ isa: tmp_isa) {
        let context = Self.context(isa), memory = MapMemory(), channels = 24
        var noise = SplitMix64(state: 7)
        let reference = ReferenceNorm(scale: noise.values(channels), offset: noise.values(channels))
        // Far from zero, where a careless variance loses its digits.
        let x = ReferenceMap(2, 19, 23, channels, values: noise.values(2 * 19 * 23 * channels).map { 300 + $0 })
        let add = ReferenceMap(2, 19, 23, channels, values: noise.values(x.values.count))
        var dy = ReferenceMap(2, 19, 23, channels, values: noise.values(x.values.count)), y = reference.forward(x)
        y.values = y.values.map { max($0, 0) }
        let layer = InstanceNorm(shape: map(x, memory).shape, context: context)
        layer.load(scale: reference.scale.map(Float.init), offset: reference.offset.map(Float.init), used: channels)
        let input = map(x, memory), output = memory.map(input.shape), sum = memory.map(input.shape)
        layer.forward(input, relu: true, into: output)
        layer.forward(input, relu: true, add: map(add, memory), into: sum)
        expectClose(values(output, channels: channels), y.values, within: 2e-4, "forward")
        expectClose(
            values(sum, channels: channels), zip(y.values, add.values).map { $0 + $1 }, within: 2e-4,
            "forward with skip")

        var (scale, offset) = ([Float](repeating: .nan, count: channels), [Float](repeating: .nan, count: channels))
        let dx = memory.map(input.shape)
        layer.backward(input, dy: map(dy, memory), mask: output, dx: dx, scale: &scale, offset: &offset, used: channels)
        for (i, value) in values(output, channels: channels).enumerated() where value <= 0 { dy.values[i] = 0 }
        let gradient = reference.backward(x, dy: dy)
        expectClose(values(dx, channels: channels), gradient.dx.values, within: 2e-4, "input gradient")
        expectClose(scale, gradient.scale, within: 2e-4, "scale gradient")
        expectClose(offset, gradient.offset, within: 2e-4, "offset gradient")
    }

    /// What only rounding tells apart is alike, forwards and backwards; the channel beside it is not touched.
    @Test(arguments: sets) func instanceNormOfAFlatMap(_ isa: tmp_isa) {
        let memory = MapMemory(), channels = 16
        var noise = SplitMix64(state: 10)
        let x = ReferenceMap(
            1, 9, 11, channels, values: noise.values(9 * 11 * channels).enumerated().map { $0 % 2 == 0 ? 300 + 1e-4 * $1 : $1 })
        let layer = InstanceNorm(shape: map(x, memory).shape, context: Self.context(isa))
        let scale = [Float](repeating: 1, count: channels), offset = [Float](repeating: 0.25, count: channels)
        layer.load(scale: scale, offset: offset, used: channels)
        let input = map(x, memory), output = memory.map(input.shape), dx = memory.map(input.shape)
        layer.forward(input, relu: false, into: output)
        let dy = ReferenceMap(1, 9, 11, channels, values: noise.values(x.values.count))
        var (dScale, dOffset) = (scale, offset)
        layer.backward(input, dy: map(dy, memory), mask: nil, dx: dx, scale: &dScale, offset: &dOffset, used: channels)
        for (i, (y, slope)) in zip(values(output, channels: channels), values(dx, channels: channels)).enumerated() {
            #expect(i % 2 == 0 ? y == 0.25 && slope == 0 : y != 0.25 && slope != 0)
        }
    }

    @Test(arguments: Pooling.allCases, sets) func pooling(_ pooling: Pooling, _ isa: tmp_isa) {
        let memory = MapMemory(), layer = PoolingLayer(pooling: pooling, context: Self.context(isa))
        let reference = ReferencePooling(pooling: pooling)
        var noise = SplitMix64(state: 8)
        // Few distinct values, so that maxima tie; an odd row and column that pooling leaves out.
        let x = ReferenceMap(2, 9, 15, 16, values: noise.values(2 * 9 * 15 * 16).map { ($0 * 2).rounded() })
        var dy = reference.forward(x)
        dy.values = noise.values(dy.values.count)
        let input = map(x, memory), output = memory.map(PoolingLayer.output(for: input.shape)),
            dx = memory.map(input.shape)
        layer.forward(input, into: output)
        expectClose(output.values, reference.forward(x).values, "forward")
        dx.fill(.nan)
        layer.backward(input, output, dy: map(dy, memory), dx: dx)
        expectClose(dx.values, reference.backward(x, dy: dy).values, "gradient")
    }

    @Test(arguments: sets) func losses(_ isa: tmp_isa) {
        let context = Self.context(isa), memory = MapMemory()
        var noise = SplitMix64(state: 9)
        let x = ReferenceMap(2, 21, 17, 80, values: noise.values(2 * 21 * 17 * 80)),
            target = noise.values(x.values.count)
        let start = noise.values(x.values.count), half = noise.values(80 * 80)
        let input = map(x, memory), gradient = map(ReferenceMap(2, 21, 17, 80, values: start), memory)
        var gram = half
        for i in gram.indices { gram[i] = 0.05 * (half[i] + half[i % 80 * 80 + i / 80]) }
        func added(_ slope: [Double], _ weight: Double) -> [Double] { zip(start, slope).map { $0 + weight * $1 } }

        let (content, contentSlope) = ReferenceLoss.meanSquare(x.values, target)
        let loss = context.squaredDifference(
            input, map(ReferenceMap(2, 21, 17, 80, values: target), memory), weight: 3000, gradient: gradient)
        expectClose([Float(loss)], [3000 * content], "content")
        expectClose(gradient.values, added(contentSlope, 3000), "content gradient")

        // Strips of RGB need not be whole vectors.
        let odd = ReferenceMap(2, 72, 72, 3, values: noise.values(2 * 72 * 72 * 3)), goal = noise.values(odd.values.count)
        let (imitation, imitationSlope) = ReferenceLoss.meanSquare(odd.values, goal), oddGradient = memory.map(map(odd, memory).shape)
        let oddLoss = context.squaredDifference(
            map(odd, memory), map(ReferenceMap(2, 72, 72, 3, values: goal), memory), weight: 5, gradient: oddGradient)
        expectClose([Float(oddLoss)], [5 * imitation], "difference of pixels")
        expectClose(oddGradient.values, imitationSlope.map { 5 * $0 }, "its gradient")

        let (style, styleSlope) = ReferenceLoss.style(x, target: gram),
            matrices = GramMatrices(shape: input.shape, context: context)
        let slope = map(ReferenceMap(2, 21, 17, 80, values: start), memory)
        matrices.compute(input)
        expectClose(
            Array(UnsafeBufferPointer(start: matrices.values, count: 2 * 80 * 80)), ReferenceLoss.gram(x), "Gram")
        expectClose([Float(matrices.loss(target: gram.map(Float.init), weight: 1e6))], [1e6 * style], "style")
        matrices.addGradient(input, to: slope)
        expectClose(slope.values, added(styleSlope.values, 1e6), "style gradient")

        let image = ReferenceMap(2, 12, 18, 3, values: noise.values(2 * 12 * 18 * 3).map { ($0 * 3).rounded() })
        let (variation, variationSlope) = ReferenceLoss.totalVariation(image),
            pixels = memory.map(map(image, memory).shape)
        expectClose(
            [Float(context.totalVariation(map(image, memory), weight: 7, gradient: pixels))], [7 * variation],
            "variation")
        expectClose(pixels.values, variationSlope.values.map { 7 * $0 }, "variation gradient")
    }
}
