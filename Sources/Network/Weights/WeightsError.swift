/// Why a weights file cannot be read or written.
public struct WeightsError: Error, Sendable, Equatable, CustomStringConvertible {
    public let path: String
    public let reason: Reason

    public init(_ path: String, _ reason: Reason) {
        self.path = path
        self.reason = reason
    }

    public enum Reason: Error, Equatable {
        /// The system refused; its own words.
        case system(String)
        case notAFile
        /// The file has no room for the eight bytes of a header length.
        case noHeader(bytes: Int)
        case headerLength(UInt64, room: Int)
        case picture
        case pyTorch
        /// The header is not the JSON that the format asks for, at this byte of the file.
        case header(expected: String, offset: Int)
        case duplicateName(String)
        case unknownType(tensor: String, type: String)
        case shapeTooLarge(tensor: String)
        case offsetsOutOfRange(tensor: String, dataBytes: Int)
        case sizeMismatch(tensor: String, expected: Int, found: Int)
        case overlap(String, String)
        /// Bytes that belong to no tensor, before `tensor` or (nil) at the end.
        case gap(bytes: Int, before: String?)
        case noSuchTensor(String)
        /// Neither Caffe's names nor torchvision's.
        case noVGG16
        /// A type that holds no weights, such as I64.
        case notAFloatType(tensor: String, type: String)
        case notFinite(tensor: String, index: Int)
        /// The value does not fit the type that was asked for.
        case overflow(tensor: String, index: Int, type: String)
        case unknownArchitecture(String)
        /// No architecture is named, and the tensors are those of none that is known.
        case noArchitecture
        case missingTensor(String, architecture: String)
        case surplusTensor(String, architecture: String)
        case shape(tensor: String, expected: [Int], found: [Int])
        /// The file takes its body from another that is not there, or is another network by now.
        case noBody(String)
        case otherBody(String)
    }

    /// One line: the file, what is wrong, what to do.
    public var description: String { "\(path): \(reason.text)" }
}

extension WeightsError.Reason {
    fileprivate var text: String {
        switch self {
        case .system(let message): message
        case .notAFile: "not a regular file; give the path of a .safetensors file"
        case .noHeader(let bytes): "\(bytes) bytes are too few for a safetensors file; fetch it again"
        case .headerLength(let length, let room):
            "not a safetensors file, or cut short: its header claims \(length) bytes where \(room) can be"
        case .picture: "a picture or video, not a model; 'tempera train' makes a model of a painting, 'tempera paint' paints with it"
        case .pyTorch: "a file of PyTorch's; save its state_dict as .safetensors"
        case .header(let expected, let offset): "damaged safetensors header: expected \(expected) at byte \(offset)"
        case .duplicateName(let name): "damaged safetensors header: \(quoted(name)) appears twice"
        case .unknownType(let tensor, let type): "tensor \(quoted(tensor)) has the unknown type \(quoted(type))"
        case .shapeTooLarge(let tensor):
            "tensor \(quoted(tensor)) has a shape with more elements than memory can address"
        case .offsetsOutOfRange(let tensor, let bytes):
            "tensor \(quoted(tensor)) lies outside of the \(bytes) bytes of data; the file is cut short or damaged"
        case .sizeMismatch(let tensor, let expected, let found):
            "tensor \(quoted(tensor)) needs \(expected) bytes for its shape and type but is given \(found)"
        case .overlap(let one, let other): "tensors \(quoted(one)) and \(quoted(other)) overlap"
        case .gap(let bytes, let name?): "\(bytes) bytes before tensor \(quoted(name)) belong to no tensor"
        case .gap(let bytes, nil): "\(bytes) bytes at the end belong to no tensor"
        case .noVGG16: "holds no VGG16: neither conv1_1.weight, as Caffe has it, nor features.0.weight, as torchvision has it"
        case .noSuchTensor(let name): "there is no tensor named \(quoted(name))"
        case .notAFloatType(let tensor, let type):
            "tensor \(quoted(tensor)) is of type \(quoted(type)); weights must be F32, F16 or BF16: convert the file"
        case .notFinite(let tensor, let index):
            "tensor \(quoted(tensor)) is not finite at element \(index); the training run diverged or the file is damaged"
        case .overflow(let tensor, let index, let type):
            "tensor \(quoted(tensor)) does not fit \(type) at element \(index); write it as F32"
        case .unknownArchitecture(let name):
            "unknown architecture \(quoted(name)); this version knows \(Architecture.known.map(\.name).joined(separator: ", "))"
        case .noArchitecture:
            "names no architecture, and its tensors are those of none of "
                + Architecture.known.map(\.name).joined(separator: ", ")
        case .missingTensor(let name, let architecture):
            "tensor \(quoted(name)) of architecture \(architecture) is missing"
        case .surplusTensor(let name, let architecture):
            "tensor \(quoted(name)) is no part of architecture \(architecture)"
        case .shape(let tensor, let expected, let found):
            "tensor \(quoted(tensor)) has shape \(found) where \(expected) is needed"
        case .noBody(let file):
            "takes most of its weights from \(quoted(file)), which is neither beside it nor bundled; put it there"
        case .otherBody(let path): "was trained on another network than \(quoted(path)) is now; put that one beside it"
        }
    }

    /// A string of the file on one line, and not too much of it.
    private func quoted(_ text: String) -> String {
        text.count > 80 ? String(text.prefix(80)).debugDescription + "…" : text.debugDescription
    }
}
