import Network

/// Why a style cannot be trained. `description` is one line that says what to do.
public enum TrainingError: Error, Sendable, CustomStringConvertible {
    case noPhotos(String)
    case noReadablePhotos(String)
    /// What the decoder said, or how large it is for VGG16.
    case painting(String)
    case outOfRange(Requirement)
    case weights(WeightsError)
    case otherArchitecture(path: String, found: String, wanted: String)
    case noCheckpoint(String)
    /// A model of another network, or without a body of its own.
    case noBody(String)
    case noPaintings
    /// Models are there already.
    case exists([String])
    /// A style beside a model that would be replaced takes its body.
    case losesBody(String, of: String)
    /// A run was stopped here that could go on.
    case checkpointExists(String)
    case doesNotFit(batch: Int, crop: Int, needed: Int, available: Int)
    case style(StyleError)
    case otherRun(checkpoint: String, had: String, has: String)
    /// The loss stopped being a number, and stepping back did not help.
    case diverged(step: Int)
    case cannotWrite(String, String)
    /// Before the first step.
    case stoppedAtOnce

    public var description: String {
        switch self {
        case .noPhotos(let path): "\(path): no photos there; give a folder with JPEG or PNG files"
        case .noReadablePhotos(let path):
            "\(path): none of its photos can be read, or is shorter than 8:1; give a folder with JPEG or PNG files"
        case .painting(let text): text
        case .outOfRange(let requirement): requirement.description
        case .weights(let error): error.description
        case .otherArchitecture(let path, let found, let wanted):
            "\(path): a \(found) network is no start for \(wanted); give another with --init"
        case .noBody(let path): "\(path): cannot lend its body: another network, or one that takes another's; give another with --init"
        case .noCheckpoint(let path): "\(path): no checkpoint to go on from; leave out --resume"
        case .noPaintings: "there is no painting to learn from; give one"
        case .exists(let paths) where paths.count > 1:
            "\(paths.joined(separator: ", ")): exist; add -y to overwrite them"
        case .exists(let paths): "\(paths.joined()): exists; add -y to overwrite it"
        case .losesBody(let style, let body):
            "\(body): \(style) beside it takes its body, and would work no more; choose another name for the model"
        case .checkpointExists(let path):
            "\(path): left by a run that was stopped; add --resume to go on from it, or -y to begin anew"
        case .doesNotFit(let batch, let crop, let needed, let available):
            "\(batch) crops of \(crop)x\(crop) need \(needed / 1_000_000) MB of memory and \(available / 1_000_000) are free; "
                + "give a smaller --batch or --crop"
        case .style(let error): error.description
        case .otherRun(let path, let had, let has):
            "\(path): belongs to a run with \(had), not \(has); give the same options and files, or leave out --resume"
        case .diverged(let step): "the run diverges again and again at step \(step); give a lower --rate"
        case .stoppedAtOnce: "stopped before the first step; nothing was written"
        case .cannotWrite(let path, let reason): "\(path): cannot be written: \(reason)"
        }
    }
}
