import Glibc

/// A named array to be written.
public struct Tensor: Sendable {
    public var name: String
    public var shape: [Int]
    /// As many as the product of `shape`.
    public var values: [Float]

    public init(name: String, shape: [Int], values: [Float]) {
        self.name = name
        self.shape = shape
        self.values = values
    }
}

extension SafeTensors {
    /// Writes a file, whole or not at all: the data goes to a temporary file beside `path`, which then takes its place.
    ///
    /// The bytes depend on nothing but the arguments.
    /// - Parameter type: The type of every tensor; values are rounded to the nearest, ties to even.
    /// - Throws: `WeightsError` when the system refuses, or a value is not finite or does not fit `type`.
    public static func write(
        _ tensors: [Tensor], metadata: [String: String] = [:], type: TensorType = .f32, to path: String
    ) throws(WeightsError) {
        do {
            let header = try header(for: tensors, metadata: metadata, type: type)
            try AtomicFile.write(to: path) { file throws(WeightsError.Reason) in
                try file.append(header)
                for tensor in tensors { try file.append(try data(of: tensor, type: type)) }
            }
        } catch {
            throw WeightsError(path, error)
        }
    }

    private static func header(
        for tensors: [Tensor], metadata: [String: String], type: TensorType
    ) throws(WeightsError.Reason) -> [UInt8] {
        var members: [String] = []
        if !metadata.isEmpty {
            let strings = metadata.sorted { $0.key < $1.key }.map { "\(json($0.key)):\(json($0.value))" }
            members.append("\"__metadata__\":{\(strings.joined(separator: ","))}")
        }
        var names: Set = ["__metadata__"]
        var end = 0
        for tensor in tensors {
            guard names.insert(tensor.name).inserted else { throw .duplicateName(tensor.name) }
            guard !tensor.shape.contains(where: { $0 < 0 }), let size = product(tensor.shape + [type.bytes]) else {
                throw .shapeTooLarge(tensor: tensor.name)
            }
            guard size == tensor.values.count * type.bytes else {
                throw .sizeMismatch(tensor: tensor.name, expected: size, found: tensor.values.count * type.bytes)
            }
            let shape = tensor.shape.map(String.init).joined(separator: ",")
            members.append(
                "\(json(tensor.name)):{\"dtype\":\"\(type.rawValue)\",\"shape\":[\(shape)],"
                    + "\"data_offsets\":[\(end),\(end + size)]}")
            end += size
        }
        var text = Array("{\(members.joined(separator: ","))}".utf8)
        // Blanks up to a multiple of eight keep the data aligned for those who map it.
        text += [UInt8](repeating: 0x20, count: (8 - text.count % 8) % 8)
        return (0..<8).map { UInt8(truncatingIfNeeded: text.count >> ($0 * 8)) } + text
    }

    private static func data(of tensor: Tensor, type: TensorType) throws(WeightsError.Reason) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(tensor.values.count * type.bytes)
        for (index, value) in tensor.values.enumerated() {
            guard value.isFinite else { throw .notFinite(tensor: tensor.name, index: index) }
            let bits = type.bits(value)
            guard type.isFinite(bits) else {
                throw .overflow(tensor: tensor.name, index: index, type: type.rawValue)
            }
            for shift in 0..<UInt32(type.bytes) { bytes.append(UInt8(truncatingIfNeeded: bits >> (shift * 8))) }
        }
        return bytes
    }

    /// A JSON string (RFC 8259, section 7).
    private static func json(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\\(scalar)"
            case ..<" ":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
