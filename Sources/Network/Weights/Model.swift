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
}
