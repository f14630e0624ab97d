/// The body of a style whose file holds its norms and its last convolution alone, a hundredth of a network: another style's
/// file, beside it or bundled. What is seen and how strokes are put together is shared, as Dumoulin et al. 2017
/// (arXiv:1610.07629) share all but the norms.
public struct SharedBody: Sendable, Equatable {
    /// Name of the file, without its folder.
    public let file: String
    /// Of the shared weights: another network of this name gives no picture.
    let checksum: String

    /// The body that `model` lends, read from a file of this name.
    public init(_ model: Model, file: String) {
        self.file = file
        checksum = Self.checksum(of: model)
    }

    private static let (fileKey, checksumKey) = ("body", "body-checksum")

    /// What a model's metadata says of its body; nil where it has one of its own.
    init?(metadata: [String: String]) {
        guard let file = metadata[Self.fileKey] else { return nil }
        self.file = file
        checksum = metadata[Self.checksumKey] ?? ""
    }

    /// For the metadata of a model that takes this body.
    public var metadata: [String: String] { [Self.fileKey: file, Self.checksumKey: checksum] }

    /// Whether the model at `path` takes its body from the file `name` beside it.
    public static func isBody(_ name: String, of path: String) -> Bool {
        (try? SafeTensors(path: path)).flatMap { SharedBody(metadata: $0.metadata) }?.file == name
    }

    /// Where the body of a model at `path` lies: beside it, or among the bundled styles.
    private func file(for path: String) -> String? {
        let folders = [path.folderAndName.folder] + StyleCatalog().folders
        return file.contains("/") ? nil : folders.map { "\($0)/\(file)" }.first(where: StyleCatalog.isFile)
    }

    /// Whether a model at `path` would find this very network.
    public func isFound(from path: String, _ architecture: Architecture) -> Bool { (try? load(for: path, architecture)) != nil }

    /// The model that lends the body to the one at `path`.
    func load(for path: String, _ architecture: Architecture) throws(WeightsError) -> Model {
        guard let found = file(for: path) else { throw WeightsError(path, .noBody(file)) }
        let body = try Model.load(found, sharing: false)
        guard body.architecture == architecture, Self.checksum(of: body) == checksum else {
            throw WeightsError(path, .otherBody(found))
        }
        return body
    }

    /// Over the shared weights' bits.
    private static func checksum(of model: Model) -> String {
        let own = Set(model.architecture.styleParameters.map(\.name))
        var hash = FNV1a()
        for parameter in model.architecture.parameters where !own.contains(parameter.name) {
            for value in model[parameter.name] { hash.add(value.bitPattern) }
        }
        return hash.text
    }
}

extension Architecture {
    /// What a style has of its own when it shares a body: the instance norms and the last convolution.
    public var styleParameters: [ParameterShape] {
        let last = parameters.last { $0.shape.count == 4 }?.name.split(separator: ".").first.map { $0 + "." }
        return parameters.filter { parameter in
            !parameter.name.contains("conv2d") || last.map { parameter.name.hasPrefix($0) } == true
        }
    }
}
