/// A safetensors file: named arrays of numbers, and strings that say what they are.
///
/// ```swift
/// let file = try SafeTensors(path: "vgg16.safetensors")
/// let kernel = try file.values("conv1_1.weight")     // float32, whatever the file holds
/// let shape = file["conv1_1.weight"]?.shape           // [64, 3, 3, 3]
/// ```
///
/// Opening checks all of the file's structure and reads none of its numbers: the file is mapped, and `values` converts one
/// tensor at a time. The format: eight bytes little-endian with the length of the header, the header (JSON), the data;
/// offsets count from the start of the data, which the tensors cover without holes or overlaps.
public struct SafeTensors: Sendable {
    /// One tensor of the file.
    public struct Entry: Sendable, Equatable {
        public let name: String
        /// As the file names it: `F32`, `F16`, `BF16`, or a type that holds no weights.
        public let type: String
        public let shape: [Int]
        /// In the data section.
        let bytes: Range<Int>

        /// Elements; 1 for a scalar.
        public var count: Int { shape.reduce(1, *) }
    }

    public let path: String
    /// The strings of `__metadata__`.
    public let metadata: [String: String]
    /// In the order of their data.
    public let entries: [Entry]

    private let index: [String: Int]
    private let file: MappedFile
    private let dataStart: Int

    /// Opens a file and checks its structure.
    /// - Throws: `WeightsError` for anything that is not a well-formed safetensors file.
    public init(path: String) throws(WeightsError) {
        self.path = path
        do {
            file = try MappedFile(path: path)
            let (header, start) = try Self.header(of: file.bytes)
            entries = try Self.layout(header.tensors, dataBytes: file.bytes.count - start)
            metadata = header.metadata
            dataStart = start
        } catch {
            throw WeightsError(path, error)
        }
        index = Dictionary(uniqueKeysWithValues: entries.enumerated().map { ($1.name, $0) })
    }

    public subscript(name: String) -> Entry? { index[name].map { entries[$0] } }

    /// The numbers of one tensor, in the order of its shape, as float32.
    /// - Throws: `WeightsError` when there is no such tensor, it holds no floats, or one of them is not finite.
    public func values(_ name: String) throws(WeightsError) -> [Float] {
        guard let entry = self[name] else { throw WeightsError(path, .noSuchTensor(name)) }
        do {
            return try values(of: entry)
        } catch {
            throw WeightsError(path, error)
        }
    }

    func values(of entry: Entry) throws(WeightsError.Reason) -> [Float] {
        guard let type = TensorType(rawValue: entry.type) else {
            throw .notAFloatType(tensor: entry.name, type: entry.type)
        }
        let source = UnsafeRawBufferPointer(
            rebasing: file.bytes[(dataStart + entry.bytes.lowerBound)..<(dataStart + entry.bytes.upperBound)])
        let values = [Float](unsafeUninitializedCapacity: entry.count) { target, count in
            type.read(source, into: UnsafeMutableBufferPointer(rebasing: target[..<entry.count]))
            count = entry.count
        }
        if let index = values.firstIndex(where: { !$0.isFinite }) {
            throw .notFinite(tensor: entry.name, index: index)
        }
        return values
    }
}
