/// Which of a style's networks.
public enum StyleNetwork: String, Sendable, CaseIterable {
    /// The one of 2016, in `name.safetensors`.
    case full
    /// The many times faster one, in `name.live.safetensors`.
    case live
}

/// A trained style that is at hand: what `tempera styles` lists.
public struct StyleInfo: Sendable, Equatable {
    /// What a user types: the name of the file without `.safetensors` and, of a live network, `.live`.
    public let name: String
    public let network: StyleNetwork
    public let path: String
    /// The file's metadata: `style`, `licence`, `provenance`, `architecture`, …
    public let metadata: [String: String]

    public var licence: String? { metadata["licence"] }
    public var provenance: String? { metadata["provenance"] }
    public var architecture: String? { metadata["architecture"] }
}

/// Why a style cannot be found.
public enum StyleError: Error, Sendable, Equatable, CustomStringConvertible {
    /// No bundled style or file has this name; `near` are the names that look like it.
    case unknown(String, near: [String])
    /// There is a style of this name, but not with this network.
    case noNetwork(String, StyleNetwork)
    /// No folder of styles was found, or none holds one; these were looked at.
    case nothingBundled(searched: [String])

    public var description: String {
        switch self {
        case .unknown(let name, let near) where near.isEmpty:
            "there is no style or file \(name.debugDescription); `tempera styles` lists what there is"
        case .unknown(let name, let near):
            "there is no style or file \(name.debugDescription); did you mean \(near.joined(separator: " or "))?"
        case .noNetwork(let name, let network):
            "there is no \(network.rawValue) network for the style \(name.debugDescription); leave out --network"
        case .nothingBundled(let searched):
            "no bundled styles found in \(searched.isEmpty ? "any folder" : searched.joined(separator: ", ")); "
                + "set TEMPERA_MODELS to the folder that holds them, or give a .safetensors file"
        }
    }
}
