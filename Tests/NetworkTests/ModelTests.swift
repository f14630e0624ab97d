import Testing

@testable import Network

@Suite struct ModelTests {
    let folder = TemporaryFolder()

    /// The tensors of a full net, all zero, for tests of what a file must hold.
    private static let tensors = Architecture.johnsonFull.parameters.map {
        Tensor(name: $0.name, shape: $0.shape, values: [Float](repeating: 0, count: $0.shape.reduce(1, *)))
    }

    private func write(_ tensors: [Tensor], architecture: String? = "johnson-full") throws -> String {
        let path = folder.path + "/model.safetensors"
        try SafeTensors.write(
            tensors, metadata: architecture.map { ["architecture": $0] } ?? [:], type: .f16, to: path)
        return path
    }

    @Test func loadsWhatItWrites() throws {
        var model = Model.random(.johnsonFull)
        model.metadata["licence"] = "Apache-2.0"
        let path = folder.path + "/model.safetensors"
        try model.write(path)
        let read = try Model.load(path)
        #expect(read.architecture == model.architecture)
        #expect(read.tensors == model.tensors)
        #expect(read.metadata == ["architecture": "johnson-full", "licence": "Apache-2.0", "style": "random"])
    }

    @Test func tellsTheArchitectureByTheTensorsAndSkipsRunningStatistics() throws {
        let statistics = ["in1.running_mean", "in1.running_var"].map {
            Tensor(name: $0, shape: [32], values: Self.tensors[1].values)
        }
        let model = try Model.load(write(Self.tensors + statistics, architecture: nil))
        #expect(model.architecture == .johnsonFull)
        #expect(model.tensors["in1.running_mean"] == nil)
    }

    @Test func namesWhatIsMissingOrTooMuch() throws {
        func reason(_ tensors: [Tensor], _ architecture: String? = "johnson-full") throws -> WeightsError.Reason? {
            let path = try write(tensors, architecture: architecture)
            do throws(WeightsError) {
                _ = try Model.load(path)
                return nil
            } catch { return error.reason }
        }
        var reshaped = Self.tensors
        reshaped[0].shape.reverse()
        let extra = Tensor(name: "extra", shape: [1], values: [0])
        #expect(try reason(Self.tensors) == nil)
        #expect(try reason(Self.tensors, "vit") == .unknownArchitecture("vit"))
        #expect(try reason([extra], nil) == .noArchitecture)
        #expect(
            try reason([Tensor](Self.tensors.dropFirst()))
                == .missingTensor("conv1.conv2d.weight", architecture: "johnson-full"))
        #expect(try reason(Self.tensors + [extra]) == .surplusTensor("extra", architecture: "johnson-full"))
        #expect(
            try reason(reshaped)
                == .shape(tensor: "conv1.conv2d.weight", expected: [32, 3, 9, 9], found: [9, 9, 3, 32]))
    }

    @Test func aFullNetHasItsPublishedSize() {
        #expect(Architecture.johnsonFull.parameters.reduce(0) { $0 + $1.shape.reduce(1, *) } == 1_679_235)
    }
}
