import Foundation
import Testing

@testable import Network
@testable import Perception

/// A folder of its own with photos, a painting and a VGG16 of random weights cut to its first block; removed with the object.
final class Studio {
    let folder: String

    init(photos: Int = 5) throws {
        folder = NSTemporaryDirectory() + "tempera-training-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder + "/photos/more", withIntermediateDirectories: true)
        var noise = SplitMix64(state: 11)
        for i in 0..<photos {
            try Self.picture(80 + 9 * i, 100, &noise).write(folder + "/photos/\(i % 2 == 0 ? "more/" : "")\(i).png")
        }
        try Self.picture(90, 70, &noise).write(folder + "/painting.png")
        try Self.vgg(["conv1_1", "conv1_2"], to: folder + "/vgg.safetensors")
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    private static func picture(_ width: Int, _ height: Int, _ noise: inout SplitMix64) -> Canvas {
        let canvas = Canvas(width: width, height: height)
        for _ in 0..<40 {
            let (x, y) = (Int.random(in: 0..<width, using: &noise), Int.random(in: 0..<height, using: &noise))
            let color = (
                UInt8.random(in: 0...255, using: &noise), UInt8.random(in: 0...255, using: &noise), UInt8(99)
            )
            for dy in 0..<20 { for dx in 0..<20 { canvas.set(x + dx, y + dy, color) } }
        }
        return canvas
    }

    static func vgg(_ names: [String], to path: String) throws {
        var noise = SplitMix64(state: 12)
        let tensors = zip(names, [3, 64]).flatMap { name, inputs in
            [
                Tensor(
                    name: name + ".weight", shape: [64, inputs, 3, 3],
                    values: noise.values(64 * inputs * 9).map { Float($0) * 0.1 }),
                Tensor(name: name + ".bias", shape: [64], values: noise.values(64).map(Float.init)),
            ]
        }
        try SafeTensors.write(tensors, to: path)
    }

    func options(_ output: String, iterations: Int) -> TrainingOptions {
        var options = TrainingOptions(
            painting: folder + "/painting.png", photos: folder + "/photos", vgg: folder + "/vgg.safetensors",
            output: "\(folder)/\(output).safetensors")
        options.architecture = .johnson(name: "johnson-full", width: 8)
        options.length = .iterations(iterations)
        options.batch = 2
        options.crop = 64
        options.rate = 1e-3
        options.styleSize = 64
        options.weights.styleLayers = [.relu1_1, .relu1_2]
        options.weights.contentLayer = .relu1_2
        options.weights.temporal = 0
        (options.weights.grid, options.weights.edge) = (0, 0)
        options.previewEvery = 0
        return options
    }

    func bytes(_ output: String) throws -> [String: [Float]] {
        let file = try SafeTensors(path: "\(folder)/\(output).safetensors")
        return Dictionary(uniqueKeysWithValues: try file.entries.map { ($0.name, try file.values($0.name)) })
    }
}

extension TrainingRun {
    /// Runs until `last` steps are done, as if it were then stopped.
    func run(to last: Int) throws -> TrainingSummary {
        var step = 0
        return try run(shouldStop: { step >= last }) { if case .progress(let progress) = $0 { step = progress.step } }
    }
}
