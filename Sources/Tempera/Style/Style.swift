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
    /// The file's name without its extension.
    public let name: String
    public let path: String
    let model: Model

    public var licence: String? { model.metadata["licence"] }
    /// Where the weights come from: painting, photographs, recipe.
    public var provenance: String? { model.metadata["provenance"] }

    /// - Throws: ``TemperaError``
    public init(_ nameOrFile: String) throws(TemperaError) {
        do {
            try self.init(file: StyleCatalog().resolve(nameOrFile))
        } catch {
            throw TemperaError(error)
        }
    }

    /// The first bundled style.
    /// - Throws: ``TemperaError``
    public static func standard() throws(TemperaError) -> Style {
        try Style(bundled()[0].path)
    }

    /// The bundled styles by name, at least one.
    /// - Throws: ``TemperaError`` when there is none.
    public static func bundled() throws(TemperaError) -> [StyleInfo] {
        let catalog = StyleCatalog()
        let styles = catalog.styles
        if styles.isEmpty { throw .style(.nothingBundled(searched: catalog.folders)) }
        return styles
    }

    private init(file path: String) throws {
        model = try Model.load(path)
        name = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
        self.path = path
    }
}

/// What is known of a style without loading it: name, path, licence, provenance.
public typealias StyleInfo = Network.Style
