import Foundation
import TestFiles
import Testing

@testable import Network
@testable import Perception

/// Training of networks that enlarge, and what they are measured by.
@Suite struct UpscalingTests {
    private let context = TrainingContext(pool: ThreadPool(threads: 2), pairs: false)
    private let memory = MapMemory()

    private func network(_ scale: Int, images: Int, side: Int) -> TransformNetwork {
        let architecture = Architecture.upscaler(scale), parameters = ParameterStore(architecture: architecture)
        parameters.randomizePlain(seed: 5)
        return TransformNetwork(
            architecture: architecture, input: MapShape(images: images, height: side, width: side, channels: 3),
            parameters: parameters, context: context)
    }

    /// What training computes is what the engines paint, although it counts in other units.
    @Test(arguments: [2, 4]) func theModelIsWhatWasTrained(scale: Int) throws {
        let network = network(scale, images: 1, side: 20), x = memory.map(network.input)
        var noise = SplitMix64(state: 3)
        let picture = PixelBuffer(width: 20, height: 20)
        for y in 0..<20 { for i in 0..<60 { picture.row(y)[i] = UInt8.random(in: 0...255, using: &noise) } }
        picture.copyCrop(x: 0, y: 0, to: x, image: 0)
        network.forward(x)
        let stored = network.architecture.modelTensors(network.parameters.tensors)
        let model = Model(architecture: network.architecture, tensors: stored, metadata: [:])
        let painted = try Painter(
            model: model, width: 20, height: 20, options: PainterOptions(engine: .reference)
        ).values(picture)
        #expect(zip(painted, network.output.values).allSatisfy { abs($0 - $1) < 0.01 })
        let back = network.architecture.trainingTensors(stored)
        for (name, values) in network.parameters.tensors {
            #expect(zip(values, back[name] ?? []).allSatisfy { abs($0 - $1) < 1e-4 }, "\(name)")
        }
    }

    /// The gradient of the pixel loss with respect to every kind of parameter, against difference quotients.
    @Test func gradients() {
        let network = network(2, images: 2, side: 8), parameters = network.parameters
        let x = memory.map(network.input), target = memory.map(network.output.shape)
        var noise = SplitMix64(state: 8)
        for (i, value) in noise.values(x.shape.count).enumerated() { x.base[i] = Float(127 + 100 * value) }
        for (i, value) in noise.values(target.shape.count).enumerated() { target.base[i] = Float(127 + 100 * value) }
        let objective = UpscalingObjective(.pixel, vgg: nil, output: target.shape, context: context)
        func loss() -> Double {
            network.forward(x)
            return objective.evaluate(
                network.output, Batch(photos: x, target: target), gradient: network.outputGradient
            ).total
        }
        _ = loss()
        network.backward(x)
        let gradient = Array(UnsafeBufferPointer(start: parameters.gradient, count: parameters.count))
        for name in ["conv1.conv2d.weight", "conv1.conv2d.bias", "res2.conv1.conv2d.weight", "res2.conv1.conv2d.bias",
            "res2.conv2.conv2d.weight", "res4.conv2.conv2d.bias", "up1.conv2d.weight", "up1.conv2d.bias",
            "conv2.conv2d.weight", "conv2.conv2d.bias",
        ] {
            let range = parameters.range(name)
            // The place where the gradient is largest: there float32 differences say most.
            guard let i = range.max(by: { abs(gradient[$0]) < abs(gradient[$1]) }) else { continue }
            let old = parameters.values[i], step: Float = 2e-3
            parameters.values[i] = old + step
            let up = loss()
            parameters.values[i] = old - step
            let slope = (up - loss()) / Double(2 * step)
            parameters.values[i] = old
            #expect(abs(slope - Double(gradient[i])) < 0.03 * abs(slope), "\(name): \(gradient[i]), \(slope)")
        }
    }

    /// With features, of sides that the pooling does not divide: both terms, and their gradient with respect to the picture.
    @Test func gradientOfFeatures() throws {
        var noise = SplitMix64(state: 9)
        let vgg = try VGG16Weights.random(upTo: .relu2_2, &noise)
        let pictures = (0..<2).map { _ in
            ReferenceMap(2, 15, 13, 3, values: noise.values(2 * 15 * 13 * 3).map { 127 + 100 * $0 })
        }
        let (picture, target) = (pictures[0], pictures[1])
        func features(_ x: ReferenceMap) -> [Double] {
            ReferenceObjective.features(x, vgg, upTo: .relu2_2, .max)[.relu2_2]?.values ?? []
        }
        let wanted = features(target)
        func exact(_ x: ReferenceMap) -> (pixel: Double, content: Double) {
            (2 * ReferenceLoss.meanSquare(x.values, target.values).0, 3 * ReferenceLoss.meanSquare(features(x), wanted).0)
        }
        let output = picture.map(in: memory), gradient = memory.map(output.shape)
        let objective = UpscalingObjective(
            UpscalingWeights(pixel: 2, feature: 3), vgg: vgg, output: output.shape, context: context)
        let losses = objective.evaluate(
            output, Batch(photos: output, target: target.map(in: memory)), gradient: gradient), (pixel, content) = exact(picture)
        #expect(abs(losses.pixel - pixel) < 1e-4 * pixel && abs(losses.content - content) < 1e-4 * content)
        expectSlope(gradient, at: picture, &noise) {
            let (pixel, content) = exact($0)
            return pixel + content
        }
    }

    @Test func weightsAreChecked() {
        for weight in [-1, Float.nan, .infinity] {
            for weights in [UpscalingWeights(pixel: weight, feature: 0), UpscalingWeights(pixel: 1, feature: weight)] {
                let options = TrainingOptions(scale: 2, weights: weights, photos: "photos", vgg: "vgg", output: "x2.safetensors")
                #expect { try options.check() } throws: { "\($0)" == "a weight of a loss must be 0 or more" }
            }
        }
    }

    @Test func bicubicKeepsWhatItShould() {
        let size = (12, 10), picture = PixelBuffer(width: size.0, height: size.1)
        for y in 0..<size.1 { for i in 0..<36 { picture.row(y)[i] = UInt8(10 * (i / 3) + 20) } }
        let half = picture.bicubic(width: 6, height: 5), twice = picture.bicubic(width: 24, height: 20)
        for y in 0..<5 { for x in 2..<4 { #expect(half.row(y)[3 * x] == UInt8(20 * x + 25)) } }
        // A ramp stays one; between its steps of 10 lie halves.
        for y in 0..<20 { for x in 6..<18 { #expect(abs(Double(twice.row(y)[3 * x + 1]) - (17.5 + 5 * Double(x))) <= 0.51) } }
    }

    @Test func lumaComparisons() throws {
        let a = PixelBuffer(width: 40, height: 30), b = PixelBuffer(width: 40, height: 30)
        for y in 0..<30 {
            for i in 0..<120 {
                a.row(y)[i] = UInt8((i * 7 + y * 13) % 200)
                b.row(y)[i] = a.row(y)[i] + 10
            }
        }
        let (one, other) = (Luma(a, croppingBorder: 4), Luma(b, croppingBorder: 4))
        #expect((one.width, one.height) == (32, 22))
        // Ten levels of grey are 10 · 219 / 255 of luma.
        #expect(abs(one.psnr(to: other) - 20 * log10(255 / (10 * 219 / 255))) < 0.001)
        #expect(one.ssim(to: one) > 0.99999 && one.ssim(to: other) < 0.999)
        let measurement = try QualityMeasurement(vgg: nil)
        #expect(throws: QualityError.tooSmall(border: 10)) { try measurement.compare(a, to: b, border: 10) }
    }

    /// The figure that every paper states for the bicubic kernel.
    @Test func bicubicOnSet5() throws {
        guard let folder = Shared.path("sr/Set5") else { return }
        let rows = try UpscalingMeasurement(pictures: folder, scale: 4, model: nil).run()
        let mean = Quality.mean(rows.map(\.bicubic))
        #expect(abs(mean.psnr - 28.42) < 0.03 && abs(mean.ssim - 0.8104) < 0.002, "\(mean)")
    }
}
