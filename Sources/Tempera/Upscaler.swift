import Foundation
import Network

/// A network that enlarges, loaded.
///
/// ```swift
/// let upscaler = try Upscaler("feature", scale: 2)
/// var job = Job(input: "clip.mp4", output: "large.mp4", upscaler: upscaler)
/// ```
public struct Upscaler: Sendable {
    public let name: String
    public let path: String
    /// How many times larger along each side: 2 or 4.
    public let scale: Int
    let model: Model

    /// The name of the one that is taken unless another is asked for.
    public static let standard = "pixel"

    /// - Parameter nameOrFile: `pixel` (the most faithful) or `feature` (crisper) for the bundled one of `scale`; or a file, or
    ///   the name of one as for ``Style``.
    /// - Throws: ``TemperaError``
    public init(_ nameOrFile: String = standard, scale: Int) throws(TemperaError) {
        guard [2, 4].contains(scale) else { throw .scaleOutOfRange(scale) }
        do {
            path = try StyleCatalog().resolve(StyleCatalog.upscaler(nameOrFile, scale: scale))
            model = try Model.load(path)
            name = path.folderAndName.name.stem
        } catch StyleError.unknown {
            throw .noUpscaler(nameOrFile)
        } catch {
            throw TemperaError(error)
        }
        self.scale = model.architecture.enlargement
        if self.scale != scale { throw .wrongScale(name: name, wanted: scale, found: self.scale) }
    }
}
