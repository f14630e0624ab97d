/// What a source or a sink did that the user should know of, though it went on. Each kind is reported once.
public enum MediaWarning: Sendable, Equatable {
    case timestampsRepaired(stream: Int)
    case timestampJump(seconds: Double)
    case corruptData(stream: Int)
    /// At the end of reading: how many parts of the picture stream could not be decoded.
    case decodeErrors(count: Int)
    case partialLastFrame
    case truncatedInput(frames: Int, of: Int)
    /// The number that a row of pictures lacks, and how many come after it.
    case rowHasGap(number: Int, left: Int)
    /// A container or codec with one rate, and frames that come at another here and there.
    case rateVaries(format: String, rate: String)
    /// More frames than the container has times for.
    case framesTooClose(format: String)
    case sizeChange(from: String, to: String)
    case deinterlacing(String)
    case interlacedKept
    case toneMapped(transfer: String)
    case alphaDropped(codec: String)
    case alphaOfHDRDropped
    /// The first frame had none.
    case laterAlphaDropped
    /// Video streams that are not painted, and therefore not in the output.
    case otherVideosLeftOut([Int])
    case otherProgramsLeftOut([Int])
    case freeRotationIgnored(degrees: Double)
    case lateStream(index: Int)
    case chroma444ForOddSize(width: Int, height: Int, codec: String)
    /// Subtitles that the output container knows in another form, each in words.
    case subtitlesConverted([String], format: String)
    /// Streams that the output container cannot hold, each in words.
    case streamsLeftOut([String], format: String)
    /// Tags that the output container has no place for, by name.
    case tagsLeftOut([String], format: String)
    case chaptersLeftOut(Int, format: String)
    /// Closed captions inside the picture, which this encoder does not write.
    case captionsLeftOut(codec: String)
    /// An ICC profile other than sRGB, and an encoder that does not write it.
    case profileLeftOut(codec: String)
    case copiedTimestampsRepaired(stream: Int)
    /// A container that shows one line at a time.
    case linesHidden(stream: Int)
    case optionIgnored(String, by: String)
    /// Finished parts of an interrupted run lie at this path, and are not used.
    case leftoverSegments(String)
}

extension MediaWarning {
    /// What is said once. Of streams and options each is a kind of its own; of jumps and sizes the first speaks for all.
    var kind: String {
        switch self {
        case .timestampsRepaired, .corruptData, .lateStream, .copiedTimestampsRepaired, .linesHidden, .optionIgnored: description
        default: Mirror(reflecting: self).children.first?.label ?? description
        }
    }
}

extension MediaWarning: CustomStringConvertible {
    public var description: String {
        switch self {
        case .timestampsRepaired(let stream): "stream \(stream): missing or backward timestamps were repaired"
        case .timestampJump(let seconds): "the timestamps jump by \(seconds) s; closed the gap in all streams"
        case .corruptData(let stream): "stream \(stream): corrupt data; going on with what can be decoded"
        case .decodeErrors(let count): "\(count) part\(count == 1 ? "" : "s") of the video could not be decoded"
        case .partialLastFrame: "the last frame is incomplete and was dropped"
        case .truncatedInput(let frames, let of): "the file ends early: it has \(frames) of \(of) frames"
        case .rowHasGap(let number, let left): "there is no picture \(number); the row ends before it, and \(left) are left out"
        case .rateVaries(let format, let rate):
            "\(format) has one frame rate, and this video's varies: it drifts from its sound; --fps \(rate) keeps them together"
        case .framesTooClose(let format):
            "\(format) cannot show frames so close together, and plays longer; a lower --fps keeps the length"
        case .sizeChange(let from, let to): "the frame size changes from \(from) to \(to); scaled to the first size"
        case .deinterlacing(let filter): "interlaced frames are deinterlaced (\(filter)); --deinterlace off keeps them"
        case .interlacedKept: "interlaced frames are painted as they are"
        case .toneMapped(let transfer): "HDR (\(transfer)) is tone-mapped to SDR BT.709"
        case .alphaDropped(let codec): "\(codec) is written without transparency here; composited over black (PNG, APNG and WebP keep it)"
        case .alphaOfHDRDropped: "HDR frames lose their transparency"
        case .laterAlphaDropped: "the first frame has no transparency; that of later ones is dropped"
        case .otherVideosLeftOut(let streams):
            "video stream\(streams.count == 1 ? "" : "s") \(streams.map(String.init).joined(separator: ", ")) left out;"
                + " only one is painted, chosen with --stream"
        case .otherProgramsLeftOut(let streams):
            "stream\(streams.count == 1 ? "" : "s") \(streams.map(String.init).joined(separator: ", ")) of other programs left out"
        case .freeRotationIgnored(let degrees):
            "a rotation by \(degrees) degrees is ignored; only quarter turns are applied"
        case .lateStream(let index): "stream \(index) appears late and is left out"
        case .chroma444ForOddSize(let width, let height, let codec):
            "\(codec) needs even sizes for 4:2:0; \(width)x\(height) is written as 4:4:4 to keep the size"
        case .subtitlesConverted(let streams, let format):
            "\(format) keeps subtitles in another form: \(streams.joined(separator: ", ")) rewritten, without their styles"
        case .streamsLeftOut(let streams, let format):
            "\(format) cannot hold \(streams.joined(separator: ", ")); left out"
                + (format == "matroska" || Container.ofPictures.contains(format) ? "" : " (mkv holds nearly any sound and subtitles)")
        case .tagsLeftOut(let names, let format):
            "\(format) has no place for the tags \(names.joined(separator: ", ")); left out (mov and mkv keep them)"
        case .chaptersLeftOut(let count, let format): "\(format) has no chapters; \(count) left out (mp4, mov and mkv keep them)"
        case .captionsLeftOut(let codec): "\(codec) writes no closed captions; left out (libx264 keeps them)"
        case .profileLeftOut(let codec):
            "\(codec) writes no colour profile; colours will be taken as sRGB's (PNG and JPEG keep it)"
        case .copiedTimestampsRepaired(let stream): "stream \(stream): backward timestamps were repaired while copying"
        case .linesHidden(let stream): "stream \(stream): of subtitles that begin together only the last is seen (mkv keeps them all)"
        case .optionIgnored(let option, let by): "\(by) has no \(option); ignored"
        case .leftoverSegments(let path): "\(path): left by an interrupted run; go on with --resume, or remove it"
        }
    }
}

/// Receives warnings, on whatever thread they arise.
public typealias WarningHandler = @Sendable (MediaWarning) -> Void
