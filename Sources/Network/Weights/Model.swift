/// A trained network: its architecture, its tensors as float32, and what its file says about it.
public struct Model: Sendable {
    public let architecture: Architecture
    /// Flat values by tensor name, shaped as `architecture.parameters` says (weights O,I,H,W).
    public var tensors: [String: [Float]]
    /// `style`, `licence`, `provenance`, … as found in the file.
    public var metadata: [String: String]

    public init(architecture: Architecture, tensors: [String: [Float]], metadata: [String: String]) {
        self.architecture = architecture
        self.tensors = tensors
        self.metadata = metadata
    }

    /// Whether its file leaves most of the weights to another.
    public var sharesBody: Bool { SharedBody(metadata: metadata) != nil }

    /// The values of a tensor; none when there is no such tensor, which `check` finds.
    subscript(name: String) -> [Float] { tensors[name] ?? [] }

    /// Checks that every tensor of the architecture is there and has the size of its shape.
    /// - Throws: `WeightsError`.
    public func check() throws(WeightsError) {
        let name = metadata["style"] ?? architecture.name
        for parameter in architecture.parameters {
            guard let values = tensors[parameter.name] else {
                throw WeightsError(name, .missingTensor(parameter.name, architecture: architecture.name))
            }
            let count = parameter.shape.reduce(1, *)
            guard values.count == count else {
                throw WeightsError(
                    name, .sizeMismatch(tensor: parameter.name, expected: 4 * count, found: 4 * values.count))
            }
        }
    }
}
