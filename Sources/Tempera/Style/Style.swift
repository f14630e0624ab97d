import Foundation
import Network

/// A trained network, loaded, and what its file says about it.
///
/// ```swift
/// let night = try Style("starry-night")
/// let mine = try Style("Models/mine.safetensors")
/// print(night.name, night.licence ?? "no licence stated")
/// ```
///
/// A value that looks like a path (it has a `/` or ends in `.safetensors`) is taken as one; anything else is the name of
/// a bundled style. Those are found in the folder that `TEMPERA_MODELS` names, in the source checkout around the program
/// and in the prefix that it is installed in.
public struct Style: Sendable {
    /// The file's name without `.safetensors` and `.live`.
    public let name: String
    public let path: String
    /// Which of the style's networks it is.
    public let network: StyleNetwork
    let model: Model

    public var licence: String? { model.metadata["licence"] }
    /// Where the weights come from: painting, photographs, recipe.
    public var provenance: String? { model.metadata["provenance"] }

    /// - Parameter networks: Which of a bundled style's networks will do, best first.
    /// - Throws: ``TemperaError``
    public init(_ nameOrFile: String, networks: [StyleNetwork] = StyleNetwork.allCases) throws(TemperaError) {
        do {
            try self.init(file: StyleCatalog().resolve(nameOrFile, networks: networks))
            // A file is what it is, whatever was asked for.
            if let wanted = networks.first, !networks.contains(network) { throw StyleError.noNetwork(nameOrFile, wanted) }
        } catch {
            throw TemperaError(error)
        }
    }

    /// The style where none is named; where it is not bundled, the first that is.
    private static let standardName = "starry-night"

    /// The style for when none is named.
    /// - Parameter networks: Which of its networks will do, best first.
    /// - Throws: ``TemperaError``
    public static func standard(networks: [StyleNetwork] = StyleNetwork.allCases) throws(TemperaError) -> Style {
        let names = try bundled().map(\.name)
        return try Style(names.contains(standardName) ? standardName : names[0], networks: networks)
    }

    /// The bundled styles by name, at least one.
    /// - Throws: ``TemperaError`` when there is none.
    public static func bundled() throws(TemperaError) -> [StyleInfo] {
        let catalog = StyleCatalog()
        let styles = catalog.styles
        if styles.isEmpty { throw .style(.nothingBundled(searched: catalog.folders)) }
        return styles
    }

    /// What is wrong with files in the folders of bundled styles that cannot be read: ``bundled()`` leaves them out.
    public static func broken() -> [TemperaError] { StyleCatalog().broken.map(TemperaError.weights) }

    /// Of its network.
    public var architecture: Architecture { model.architecture }

    private init(file path: String) throws {
        model = try Model.load(path)
        let stem = path.folderAndName.name.stem
        (name, network) = (StyleCatalog.name(stem), StyleCatalog.network(stem, of: model.architecture))
        self.path = path
        let scale = model.architecture.enlargement
        if scale > 1 { throw TemperaError.wrongScale(name: name, wanted: 1, found: scale) }
    }
}

/// Which of a style's networks.
public typealias StyleNetwork = Network.StyleNetwork

/// What is known of a style without loading it: name, path, licence, provenance.
public typealias StyleInfo = Network.StyleInfo

/// Why there is no such style.
public typealias StyleError = Network.StyleError

/// What somebody may have meant who mistyped a name.
package typealias NearNames = Network.NearNames
