extension Model {
    /// Reads a model from a safetensors file.
    ///
    /// The metadata's `architecture` says what it is; a file without one is taken for the architecture that its tensors
    /// fit. Running statistics of normalisation layers, which old PyTorch versions saved and nobody reads, are left out. What
    /// the file leaves to a `SharedBody` is read from there.
    /// - Throws: `WeightsError` for a file that is damaged, incomplete, or of another network.
    public static func load(_ path: String) throws(WeightsError) -> Model { try load(path, sharing: true) }

    /// - Parameter sharing: Whether the file may take another's body.
    static func load(_ path: String, sharing: Bool) throws(WeightsError) -> Model {
        let file = try SafeTensors(path: path), shared = sharing ? SharedBody(metadata: file.metadata) : nil
        let architecture: Architecture
        do throws(WeightsError.Reason) {
            architecture = try self.architecture(of: file)
            try architecture.check(shapes(of: file), own: shared != nil)
        } catch {
            throw WeightsError(path, error)
        }
        var tensors = try shared?.load(for: path, architecture).tensors ?? [:]
        do throws(WeightsError.Reason) {
            for entry in entries(of: file) { tensors[entry.name] = try file.values(of: entry) }
            return Model(architecture: architecture, tensors: tensors, metadata: file.metadata)
        } catch {
            throw WeightsError(path, error)
        }
    }

    /// Writes the model, whole or not at all; of one whose metadata names a `SharedBody` what is its own. The metadata's
    /// `architecture` becomes the model's.
    /// - Throws: `WeightsError` when tensors are missing or of a wrong size, a value does not fit `type`, or the system
    ///   refuses.
    public func write(_ path: String, type: TensorType = .f32) throws(WeightsError) {
        var metadata = metadata
        metadata["architecture"] = architecture.name
        let own = sharesBody ? architecture.styleParameters : architecture.parameters
        let list = own.map {
            Tensor(name: $0.name, shape: $0.shape, values: tensors[$0.name] ?? [])
        }
        try SafeTensors.write(list, metadata: metadata, type: type, to: path)
    }

    private static let unread = [".running_mean", ".running_var", ".num_batches_tracked"]

    private static func entries(of file: SafeTensors) -> [SafeTensors.Entry] {
        file.entries.filter { entry in !unread.contains { entry.name.hasSuffix($0) } }
    }

    private static func shapes(of file: SafeTensors) -> [String: [Int]] {
        Dictionary(uniqueKeysWithValues: entries(of: file).map { ($0.name, $0.shape) })
    }

    /// The architecture that a file names, or else that its tensors fit.
    static func architecture(of file: SafeTensors) throws(WeightsError.Reason) -> Architecture {
        if let name = file.metadata["architecture"] {
            guard let architecture = Architecture.named(name) else { throw .unknownArchitecture(name) }
            return architecture
        }
        let shapes = shapes(of: file)
        let fitting = Architecture.known.first { architecture in
            (try? architecture.check(shapes)) != nil
        }
        guard let fitting else { throw .noArchitecture }
        return fitting
    }
}

extension Architecture {
    /// Checks that `shapes` are those of this network's tensors, all of them and no others.
    /// - Parameter own: Whether only what a style has of its own is wanted.
    func check(_ shapes: [String: [Int]], own: Bool = false) throws(WeightsError.Reason) {
        let parameters = own ? styleParameters : parameters
        for parameter in parameters {
            guard let shape = shapes[parameter.name] else {
                throw .missingTensor(parameter.name, architecture: name)
            }
            guard shape == parameter.shape else {
                throw .shape(tensor: parameter.name, expected: parameter.shape, found: shape)
            }
        }
        let wanted = Set(parameters.map(\.name))
        if let surplus = shapes.keys.filter({ !wanted.contains($0) }).min() {
            throw .surplusTensor(surplus, architecture: name)
        }
    }
}
