import Media
import Network
import Perception

/// What can go wrong when frames are painted or measured. Training has `TrainingError`, pictures by optimisation
/// `OptimizationError`. `description` is one line that says what to do.
public enum TemperaError: Error, Sendable {
    case outputExists(String)
    case unwritable(String)
    /// A folder without one file whose name says a video or a picture.
    case nothingToPaint(String)
    /// A picture of a folder whose name would be that of a row of numbered ones.
    case namedLikeRow(String)
    /// A file of a folder in a format that is only read.
    case readOnly(String)
    case wrongSize(expected: String, got: String)
    /// A model enlarges by another factor, or (`found` 1) paints.
    case wrongScale(name: String, wanted: Int, found: Int)
    /// No bundled network that enlarges, nor a file, has this name.
    case noUpscaler(String)
    /// An upscaler of a factor that there is none for.
    case scaleOutOfRange(Int)
    /// A constant rate with frames left out.
    case rateNeedsRepeats
    /// A job with neither a style nor an upscaler.
    case nothingToPaintWith
    case style(StyleError)
    case weights(WeightsError)
    case network(NetworkError)
    case media(MediaError)
    case stability(StabilityError)
    case other(String)

    init(_ error: any Error) {
        switch error {
        case let error as TemperaError: self = error
        case let error as StyleError: self = .style(error)
        case let error as NetworkError: self = .network(error)
        case let error as WeightsError: self = .weights(error)
        case let error as MediaError: self = .media(error)
        case let error as StabilityError: self = .stability(error)
        default: self = .other("\(error)")
        }
    }
}

extension TemperaError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .outputExists(let path): "\(path): exists; add -y to overwrite it"
        case .unwritable(let path): "\(path): cannot be written; is the disk full, or may it not be changed?"
        case .nothingToPaint(let folder): "\(folder): holds no videos or pictures (folders in it are not entered)"
        case .namedLikeRow(let path): "\(path): its name stands for a row of numbered pictures; rename it"
        case .readOnly(let path): "\(path): is read in this format and not written; paint it alone, into a .png, .jpg or .mp4"
        case .wrongSize(let expected, let got): "a picture of \(got) came where \(expected) was announced"
        case .wrongScale(let name, 1, let found): "\(name) enlarges by \(found) and does not paint; see 'tempera upscale'"
        case .wrongScale(let name, let wanted, 1):
            "\(name) paints and does not enlarge by \(wanted); name pixel, feature, or a file of 'tempera train-upscaler'"
        case .wrongScale(let name, let wanted, let found): "\(name) enlarges by \(found), not \(wanted); ask for \(found)"
        case .noUpscaler(let name):
            "there is no upscaler or file \(name.debugDescription); name pixel, feature, or a file of 'tempera train-upscaler'"
        case .scaleOutOfRange(let scale): "nothing enlarges by \(scale); ask for 2 or 4"
        case .rateNeedsRepeats: "a constant rate repeats frames that are late; it cannot drop them"
        case .nothingToPaintWith: "there is nothing to paint with; give a style or an upscaler"
        case .style(let error): error.description
        case .weights(let error): error.description
        case .network(let error): error.description
        case .media(let error): error.description
        case .stability(let error): error.description
        case .other(let text): text
        }
    }
}
