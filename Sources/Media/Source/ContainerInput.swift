import CFFmpeg
import Foundation

/// Where a container's bytes come from, and which format they are in.
struct ContainerInput {
    let location: InputLocation
    /// What is read through; nil where FFmpeg opens the address itself.
    let stream: InputStream?
    let url: String
    /// Nil where FFmpeg is to find out.
    let format: UnsafePointer<AVInputFormat>?

    /// Demuxers that open what a file names, or run it as a script.
    private static let referringFormats: Set<String> = [
        "hls", "dash", "concat", "imf", "sdp", "rtsp", "avisynth", "vapoursynth", "ffmetadata",
    ]

    init(_ path: String, options: SourceOptions, interruption: Interruption) throws(MediaError) {
        location = try InputLocation(path, format: options.format, allowNetwork: options.allowNetwork)
        var format: UnsafePointer<AVInputFormat>?
        if let name = options.format {
            format = InputFormat.named(name)
            if format == nil { throw .unknownInputFormat(name) }
        }
        switch location {
        case .file(let file):
            stream =
                try Self.holdsStill(file)
                ? try InputStream(file: file) : try InputStream(pipe: file, interruption: interruption)
            url = "file:" + file
        case .descriptor(let descriptor):
            stream = try InputStream(descriptor: descriptor, name: path, interruption: interruption)
            url = path
        case .network(let address):
            (stream, url) = (nil, address)
        case .named(let name, let implied):
            (stream, url) = (nil, name)
            format = format ?? InputFormat.named(implied)
        }
        if format == nil, stream?.begins(with: "YUV4MPEG2 ") == true { format = InputFormat.named("yuv4mpegpipe") }
        if format == nil, let bytes = stream?.context {
            let status = av_probe_input_buffer2(bytes, &format, url, nil, 0, 0)
            guard status >= 0 else { throw stream?.isEmpty == true ? .emptyInput(path) : FFmpegStatus(status).reading(path, action: "reading") }
        }
        if let format, options.format == nil, !options.allowNetwork {
            let name = String(cString: format.pointee.name)
            if Self.referringFormats.contains(name) { throw .playlist(path, format: name) }
        }
        self.format = format
    }

    /// Whether all of a file is there; a named pipe's bytes are to be waited for.
    private static func holdsStill(_ path: String) throws(MediaError) -> Bool {
        var information = stat()
        guard stat(path, &information) == 0 else {
            switch errno {
            case EACCES: throw .noPermission(path)
            default: throw .missingFile(path)
            }
        }
        if information.st_mode & S_IFMT == S_IFDIR { throw .isDirectory(path) }
        return [S_IFREG, S_IFBLK].contains(information.st_mode & S_IFMT)
    }

    /// What to say of a file that FFmpeg could not open.
    func openingError(_ status: Int32, path: String) -> MediaError {
        if stream?.isEmpty == true { return .emptyInput(path) }
        // Of a file that is open already, some readers say that it ended, or that it is busy, where its head makes no sense.
        let isOfContents = stream != nil && [tempera_averror_eof, tempera_averror(EBUSY)].contains(status)
        let error = isOfContents ? .notMedia(path) : FFmpegStatus(status).reading(path, action: "opening")
        guard case .notMedia = error, case .file(let file) = location, (try? Self.holdsStill(file)) == true,
            let handle = FileHandle(forReadingAtPath: file),
            let head = try? handle.read(upToCount: 8), head.count == 8, head[4...7].elementsEqual("ftyp".utf8)
        else { return error }
        return .truncated(path)
    }
}
