import Testing

@testable import Network
@testable import Perception

/// The gradient of the whole chain, transform net and VGG16 and every loss, against difference quotients in double
/// precision.
@Suite struct GradientTests {
    static let architectures = [
        Architecture(
            name: "strided",
            blocks: [
                .convolution(Convolution("conv1", 3, 16, kernel: 5, stride: 2), norm: "in1", relu: true),
                .convolution(Convolution("conv2", 16, 24, kernel: 3, stride: 2), norm: "in2", relu: true),
                .residual(name: "res1", channels: 24),
                .convolution(Convolution("deconv1", 24, 16, kernel: 3, upsampling: 2), norm: "in3", relu: true),
                .convolution(Convolution("deconv2", 16, 3, kernel: 5, upsampling: 2), norm: nil, relu: false),
            ]),
        Architecture(
            name: "full size",
            blocks: [
                .convolution(Convolution("conv1", 3, 8, kernel: 9), norm: "in1", relu: true),
                .convolution(Convolution("conv2", 8, 16, kernel: 3, stride: 2), norm: "in2", relu: true),
                .residual(name: "res1", channels: 16), .plainResidual(name: "res2", channels: 16),
                .convolution(Convolution("deconv1", 16, 8, kernel: 3, upsampling: 2), norm: "in3", relu: true),
                .convolution(Convolution("deconv2", 8, 3, kernel: 9), norm: nil, relu: false),
            ]),
    ]

    @Test(arguments: architectures) func everyParameterOfTheWholeChain(_ architecture: Architecture) throws {
        var noise = SplitMix64(state: 31)
        let size = 16, weights = LossWeights(
            content: 1, style: 3, totalVariation: 2000, temporal: 1, grid: 0, contentLayer: .relu2_1,
            styleLayers: [.relu1_1, .relu1_2, .relu2_2, .relu3_1])
        let vgg = try VGG16Weights.random(upTo: weights.last, &noise)
        let photos = ReferenceMap(2, size, size, 3, values: noise.values(2 * size * size * 3).map { 127 + 100 * $0 })
        let painting = ReferenceMap(1, 24, 20, 3, values: noise.values(24 * 20 * 3).map { 127 + 100 * $0 })
        let motion = Motion(angle: 0.05, zoom: 1.04, centre: 8, shift: SIMD2(1.25, -0.5))
        let brightening = noise.values(size * size).map { 10 * $0 }
        let reference = ReferenceObjective(
            architecture, weights, vgg: vgg, painting: painting, photos: photos, motion: motion,
            brightening: brightening)

        // The same with the layers that train.
        let context = TrainingContext(pool: ThreadPool(threads: 2), pairs: false), memory = MapMemory()
        let shape = MapShape(images: 2, height: size, width: size, channels: 3)
        let style = StyleTarget(grams: reference.grams.mapValues { $0.map(Float.init) })
        let objective = PerceptualObjective(
            weights, styles: [style], vgg: vgg, pooling: .max, input: shape, context: context)
        let trainer = Trainer(architecture: architecture, input: shape, objective: objective, context: context)
        let parameters = trainer.parameters
        parameters.randomize(seed: 3)
        // Norms away from 1 and 0, where a wrong factor could hide.
        for i in 0..<parameters.count { parameters.values[i] += Float(0.1 * noise.values(1)[0]) }
        let pair = ViewPair(first: 0, second: 1, motion: motion, brightening: memory.floats(size * size))
        for (i, value) in brightening.enumerated() { pair.brightening[i] = Float(value) }
        let photo = memory.map(shape)
        for (i, value) in photos.values.enumerated() { photo.base[i] = Float(value) }
        let losses = trainer.evaluate(Batch(photos: photo, pairs: [pair]))

        let values = (0..<parameters.count).map { Double(parameters.values[$0]) }, exact = reference.losses(at: values)
        for (name, term) in [
            ("content", \Losses.content), ("style", \.style), ("tv", \.totalVariation), ("temporal", \.temporal),
        ] {
            #expect(abs(losses[keyPath: term] - exact[keyPath: term]) < 1e-5 * exact[keyPath: term], "\(name)")
            #expect(exact[keyPath: term] > 0.01 * exact.total, "\(name) is too small a part to be checked")
        }

        let largest = (0..<parameters.count).reduce(0) { max($0, abs(Double(parameters.gradient[$1]))) }
        for parameter in parameters.shapes {
            let range = parameters.range(parameter.name), slope = range.map { Double(parameters.gradient[$0]) }
            let length = slope.norm
            // Along the gradient, where a wrong factor shows, and as far along a random direction, where anything does.
            let random = noise.values(range.count), randomLength = random.norm
            let direction = zip(slope, random).map { (length > 0 ? $0 / length : 0) + $1 / randomLength }
            func loss(_ step: Double) -> Double {
                var moved = values
                for (i, d) in zip(range, direction) { moved[i] += step * d }
                return reference.losses(at: moved).total
            }
            let step = 1e-6, quotient = (loss(step) - loss(-step)) / (2 * step)
            let expected = zip(slope, direction).reduce(0) { $0 + $1.0 * $1.1 }
            #expect(
                abs(quotient - expected) <= 2e-5 * length + 1e-7 * largest,
                "\(parameter.name): \(expected) along its gradient, difference quotient \(quotient)")
        }
    }

    /// The gradient with respect to the painting, of sides that a pooling does not divide, in both kinds of pooling; a pixel of
    /// the content layer stands for 4 x 4 of the painting, though 15 / 3 are 5.
    @Test(arguments: Pooling.allCases) func everyPixelOfAnOddPainting(_ pooling: Pooling) throws {
        var noise = SplitMix64(state: 32)
        let shape = MapShape(images: 2, height: 19, width: 15, channels: 3), weights = LossWeights(
            content: 1, style: 3, totalVariation: 2000, temporal: 1, grid: 0, contentLayer: .relu3_1,
            styleLayers: [.relu1_2, .relu2_2])
        let vgg = try VGG16Weights.random(upTo: weights.last, &noise)
        let pictures = (0..<2).map { _ in
            ReferenceMap(2, shape.height, shape.width, 3, values: noise.values(shape.count).map { 127 + 100 * $0 })
        }
        let (painted, photos) = (pictures[0], pictures[1])
        let painting = ReferenceMap(1, 24, 20, 3, values: noise.values(24 * 20 * 3).map { 127 + 100 * $0 })
        let motion = Motion(angle: 0.05, zoom: 1.04, centre: 8, shift: SIMD2(1.25, -0.5))
        let brightening = noise.values(shape.pixels).map { 10 * $0 }
        let reference = ReferenceObjective(
            Self.architectures[0], weights, vgg: vgg, painting: painting, photos: photos, motion: motion,
            brightening: brightening, pooling: pooling)

        let context = TrainingContext(pool: ThreadPool(threads: 2), pairs: false), memory = MapMemory()
        let style = StyleTarget(grams: reference.grams.mapValues { $0.map(Float.init) }), gradient = memory.map(shape)
        let objective = PerceptualObjective(
            weights, styles: [style], vgg: vgg, pooling: pooling, input: shape, context: context)
        let pair = ViewPair(first: 0, second: 1, motion: motion, brightening: memory.floats(shape.pixels))
        for (i, value) in brightening.enumerated() { pair.brightening[i] = Float(value) }
        let batch = Batch(photos: photos.map(in: memory), pairs: [pair])
        let losses = objective.evaluate(painted.map(in: memory), batch, gradient: gradient), exact = reference.losses(of: painted)
        #expect(abs(losses.content - exact.content) < 1e-4 * exact.content)
        #expect(abs(losses.temporal - exact.temporal) < 1e-4 * exact.temporal)
        expectSlope(gradient, at: painted, &noise) { reference.losses(of: $0).total }
    }
}
