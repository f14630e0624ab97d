/// The JSON at the head of a safetensors file.
///
/// The parser takes that one shape of JSON and nothing else: an object of objects with the keys `dtype`, `shape` and
/// `data_offsets`, and one object of strings named `__metadata__`. It never recurses, so no nesting can exhaust the stack,
/// and refuses what a lenient reader would guess about: names that appear twice, numbers that are no plain integers.
struct SafeTensorsHeader {
    struct Tensor {
        var name: String
        var type: String
        var shape: [Int]
        var begin: Int
        var end: Int
    }

    private(set) var metadata: [String: String] = [:]
    private(set) var tensors: [Tensor] = []

    /// Parses the bytes of `range`; offsets in errors count from the start of `file`.
    init(parsing file: UnsafeRawBufferPointer, range: Range<Int>) throws(WeightsError.Reason) {
        var text = JSONScanner(bytes: file, position: range.lowerBound, end: range.upperBound)
        var names: Set<String> = []
        try text.object { text, name throws(WeightsError.Reason) in
            guard names.insert(name).inserted else { throw .duplicateName(name) }
            if name == "__metadata__" {
                try text.object { text, key throws(WeightsError.Reason) in
                    guard metadata.updateValue(try text.string(), forKey: key) == nil else { throw .duplicateName(key) }
                }
            } else {
                tensors.append(try Self.tensor(named: name, &text))
            }
        }
        try text.finish()
    }

    private static func tensor(named name: String, _ text: inout JSONScanner) throws(WeightsError.Reason) -> Tensor {
        var type: String?
        var shape: [Int]?
        var offsets: [Int]?
        try text.object { text, key throws(WeightsError.Reason) in
            switch key {
            case "dtype" where type == nil: type = try text.string()
            case "shape" where shape == nil: shape = try text.integers()
            case "data_offsets" where offsets == nil: offsets = try text.integers()
            case "dtype", "shape", "data_offsets": throw .duplicateName("\(name).\(key)")
            default: throw text.expected("dtype, shape or data_offsets, not \"\(key)\"")
            }
        }
        guard let type, let shape, let offsets, offsets.count == 2 else {
            throw text.expected("dtype, shape and two data_offsets of tensor \(name) before this")
        }
        return Tensor(name: name, type: type, shape: shape, begin: offsets[0], end: offsets[1])
    }
}
