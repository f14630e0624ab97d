import Network

/// The sixteen-layer network of Simonyan and Zisserman (2014), convolutions only, by their names in the paper's blocks.
public enum VGG16Layer: String, Sendable, CaseIterable, Comparable {
    case relu1_1 = "1_1", relu1_2 = "1_2"
    case relu2_1 = "2_1", relu2_2 = "2_2"
    case relu3_1 = "3_1", relu3_2 = "3_2", relu3_3 = "3_3"
    case relu4_1 = "4_1", relu4_2 = "4_2", relu4_3 = "4_3"
    case relu5_1 = "5_1", relu5_2 = "5_2", relu5_3 = "5_3"

    /// Place in the network, from 0.
    var index: Int { Self.allCases.firstIndex(of: self) ?? 0 }

    public static func < (a: VGG16Layer, b: VGG16Layer) -> Bool { a.index < b.index }

    /// 1…5; a pooling lies between one block and the next.
    var block: Int { Int(rawValue.prefix(1)) ?? 1 }

    var outputs: Int { [64, 128, 256, 512, 512][block - 1] }

    var inputs: Int { index == 0 ? 3 : Self.allCases[index - 1].outputs }

    /// Number among the modules of torchvision's `features`, which counts ReLU and pooling layers too.
    var torchvisionIndex: Int { 2 * index + block - 1 }
}

/// VGG16's weights, whatever file they came from, for images in RGB 0…255.
public struct VGG16Weights: Sendable {
    /// Subtracted from RGB before the first convolution.
    public let mean: [Float]
    let weights: [VGG16Layer: [Float]]
    let biases: [VGG16Layer: [Float]]

    /// Reads the file's layers up to `last`.
    ///
    /// Two kinds are told apart by their tensors' names: `conv1_1.weight`… as Caffe trained them (BGR 0…255 less the
    /// mean), and torchvision's and timm's `features.0.weight`… (RGB 0…1, ImageNet's mean and deviation).
    /// - Throws: `WeightsError` when the file is neither, or lacks a layer.
    public init(path: String, upTo last: VGG16Layer = .relu4_3) throws(WeightsError) {
        let file = try SafeTensors(path: path)
        let caffe = file["features.0.weight"] == nil
        if caffe, file["conv1_1.weight"] == nil { throw WeightsError(path, .noVGG16) }
        var weights: [VGG16Layer: [Float]] = [:], biases: [VGG16Layer: [Float]] = [:]
        for layer in VGG16Layer.allCases where layer <= last {
            let name = caffe ? "conv\(layer.rawValue)" : "features.\(layer.torchvisionIndex)"
            let shape = [layer.outputs, layer.inputs, 3, 3]
            weights[layer] = try Self.tensor(file, "\(name).weight", shape: shape)
            biases[layer] = try Self.tensor(file, "\(name).bias", shape: [layer.outputs])
        }
        let first = weights[.relu1_1] ?? []
        if caffe {
            mean = [123.68, 116.779, 103.939]
            weights[.relu1_1] = first.indices.map { first[$0 / 27 * 27 + (2 - $0 / 9 % 3) * 9 + $0 % 9] }
        } else {
            mean = [0.485 * 255, 0.456 * 255, 0.406 * 255]
            let deviation: [Float] = [0.229 * 255, 0.224 * 255, 0.225 * 255]
            weights[.relu1_1] = first.indices.map { first[$0] / deviation[$0 / 9 % 3] }
        }
        self.weights = weights
        self.biases = biases
    }

    /// The same for training, and for measuring what came of it.
    static func forTraining(_ path: String, upTo last: VGG16Layer) throws(TrainingError) -> VGG16Weights {
        do { return try VGG16Weights(path: path, upTo: last) } catch { throw .weights(error) }
    }

    /// The same for optimising pictures.
    static func read(_ path: String, upTo last: VGG16Layer) throws(OptimizationError) -> VGG16Weights {
        do { return try VGG16Weights(path: path, upTo: last) } catch { throw .weights(error) }
    }

    private static func tensor(_ file: SafeTensors, _ name: String, shape: [Int]) throws(WeightsError) -> [Float] {
        if let entry = file[name], entry.shape != shape {
            throw WeightsError(file.path, .shape(tensor: name, expected: shape, found: entry.shape))
        }
        return try file.values(name)
    }
}
