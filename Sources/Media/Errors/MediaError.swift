/// Everything that can go wrong between a file and its frames. `description` is one line that says what to do.
public enum MediaError: Error, Sendable, Equatable {
    // Opening
    case missingFile(String)
    case isDirectory(String)
    case noPermission(String)
    case networkNotAllowed(String)
    /// A playlist or a script that names other files.
    case playlist(String, format: String)
    case notMedia(String)
    case truncated(String)
    /// MP4 through a pipe whose index comes last.
    case indexAtEnd(String)
    case encrypted(String)
    case noVideo(String)
    case noSuchStream(String, index: Int)
    case unknownInputFormat(String)
    case unknownPixelFormat(String)
    case rawSizeNeeded
    /// Something was said of the input that only raw frames do not say themselves.
    case ofRawFrames(RawFrameOption)
    case badTimeRange(start: Double, duration: Double?)
    // Reading
    case noDecoder(String, codec: String)
    case noFrames(String)
    /// Not one byte.
    case emptyInput(String)
    case animatedWebP(String)
    case startBeyondEnd(String, start: Double)
    case unsupportedColour(String, what: String)
    case badSize(width: Int, height: Int)
    /// In the middle, for reasons that are not the file's own.
    case brokeOff(String, why: String, isKept: Bool = false)
    case tooManyErrors(String, count: Int, limit: Int)
    case interrupted
    // Writing
    case sameFile(String)
    case unknownContainer(String)
    /// The name is that of a video, where a picture is to be written.
    case noPicture(String)
    case unknownOutputFormat(String)
    case notStreamable(format: String)
    case manyFiles(format: String)
    case noEncoder(String)
    case codecNotInContainer(codec: String, format: String)
    case encoderRefused(codec: String, why: String)
    /// Every frame of this codec lasts as long as the others, and the source does not say how long.
    case rateNeeded(codec: String)
    case pixelFormatRefused(String, codec: String, accepted: [String])
    case optionRefused(String, value: String, by: String, accepted: [String] = [])
    case unwritable(String, why: String)
    case diskFull(String)
    case readerGone
    case nothingWritten(String)
    case onePictureOnly(String)
    case wrongFrameSize(expected: String, got: String)
    // Going on with an interrupted job
    case notResumable(String)
    /// The finished parts at this path are of a job that differs in something.
    case otherJob(String, difference: String)
    case damagedSegment(String)
    /// Anything else FFmpeg reports.
    case failed(action: String, path: String, why: String)

    /// What raw frames do not say of themselves.
    public enum RawFrameOption: Sendable {
        case size, rate
    }
}

extension MediaError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .missingFile(let path): "\(path): no such file"
        case .isDirectory(let path): "\(path): is a folder; name a file in it"
        case .noPermission(let path): "\(path): permission denied; check who may read or write it"
        case .networkNotAllowed(let url):
            "\(url): only files and pipes are opened; add --allow-network for network sources"
        case .playlist(let path, let format):
            "\(path): is a playlist (\(format)) that names other files; give the video itself, or add --allow-network"
        case .notMedia(let path): "\(path): not a video file that FFmpeg knows, or damaged at its head; for raw frames name the format with -f"
        case .truncated(let path): "\(path): the file is cut short (its index is missing); copy or download it again"
        case .indexAtEnd(let path):
            "\(path): an MP4 in a pipe must begin with its index; name the file itself, or write it with -movflags faststart"
        case .encrypted(let path): "\(path): the video is encrypted; decrypt it first"
        case .noVideo(let path): "\(path): holds no video stream"
        case .noSuchStream(let path, let index):
            "\(path): stream \(index) is no video stream; see its streams with ffprobe"
        case .unknownInputFormat(let name):
            "unknown input format '\(name)'; see 'ffmpeg -demuxers' and 'ffmpeg -devices'"
        case .unknownPixelFormat(let name): "unknown pixel format '\(name)', or one that is not converted; see 'ffmpeg -pix_fmts'"
        case .rawSizeNeeded: "raw video says nothing about itself; add --size WxH (and --pix-fmt, --rate)"
        case .ofRawFrames(.size): "--size is for raw frames, cameras and screens, and this input describes itself; --resize WxH paints at another size"
        case .ofRawFrames(.rate): "--rate is for raw frames, rows of pictures, cameras and screens, and this input describes itself; --fps sets the rate of the output"
        case .badTimeRange(let start, let duration):
            "cannot read from \(start) s\(duration.map { " for \($0) s" } ?? ""); start must be from 0 to a billion and duration > 0"
        case .noDecoder(let path, let codec): "\(path): this FFmpeg build has no decoder for '\(codec)'"
        case .noFrames(let path): "\(path): not one frame could be decoded"
        case .emptyInput(let path): "\(path): is empty; did what was to write it fail?"
        case .animatedWebP(let path): "\(path): not one frame could be decoded; if it is an animation, convert it to GIF or APNG first"
        case .startBeyondEnd(let path, let start): "\(path): no frame at or after \(start) s; choose an earlier start"
        case .unsupportedColour(let path, let what): "\(path): \(what); convert it to yuv420p in BT.709 first"
        case .badSize(let width, let height): "cannot make frames of \(width)x\(height) pixels; choose another size"
        case .brokeOff(let path, let why, let isKept):
            "\(path): reading broke off (\(why))" + (isKept ? "; only what came before is painted" : "")
        case .tooManyErrors(let path, let count, let limit):
            "\(path): \(count) part\(count == 1 ? "" : "s") could not be decoded, more than the \(limit) allowed by --max-errors"
        case .interrupted: "stopped"
        case .sameFile(let path): "\(path): input and output are the same file; choose another output name"
        case .unknownContainer(let path):
            "\(path): cannot tell the format from the name; end it in .mp4, .mkv, .webm, … (a picture's: .png, .jpg, …) or give --output-format"
        case .noPicture(let path): "\(path): not the name of a picture; end it in .png, .jpg, .webp, …"
        case .unknownOutputFormat(let name): "unknown output format '\(name)'; see 'ffmpeg -muxers'"
        case .notStreamable(let format):
            "\(format) cannot be written to a pipe; use matroska, nut, mpegts, yuv4mpegpipe, rawvideo, or add --movflags frag_keyframe+empty_moov"
        case .manyFiles(let format): "\(format) is many files; make an .mp4 of it, and cut that with 'ffmpeg -c copy'"
        case .noEncoder(let name): "this FFmpeg build has no video encoder '\(name)'; see 'ffmpeg -encoders'"
        case .codecNotInContainer(let codec, let format):
            "\(format) cannot hold \(codec); choose another codec or file name"
        case .rateNeeded(let codec): "\(codec) has one frame rate, and the input states none; give it with --fps"
        case .encoderRefused(let codec, let why): "\(codec) cannot encode this: \(why)"
        case .pixelFormatRefused(let name, let codec, let accepted):
            "\(codec) does not encode \(name); it takes \(accepted.joined(separator: ", "))"
        case .optionRefused(let name, let value, let by, let accepted):
            "\(by) does not take \(name) = \(value)" + (accepted.isEmpty ? "" : "; it takes \(accepted.joined(separator: ", "))")
        case .unwritable(let path, let why): "\(path): cannot be written (\(why))"
        case .diskFull(let path): "\(path): the disk is full; make room or write elsewhere"
        case .readerGone: "the reader of the output went away"
        case .nothingWritten(let path): "\(path): not written, since there was not one frame"
        case .onePictureOnly(let path): "\(path): holds one picture only; for a row of them name it like frame-%04d.png, for an animation a.apng or a.gif"
        case .wrongFrameSize(let expected, let got): "a frame of \(got) came where \(expected) was announced"
        case .notResumable(let path): "\(path): only a video file can be resumed; leave out --resume"
        case .otherJob(let path, let difference):
            "\(path): holds parts of another job (its \(difference) differs); remove it, or ask for the same again"
        case .damagedSegment(let path): "\(path): is damaged; remove it, and --resume paints that part again"
        case .failed(let action, let path, let why): "\(path): \(action) failed (\(why))"
        }
    }
}
