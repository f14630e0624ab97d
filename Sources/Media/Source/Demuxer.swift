import CFFmpeg
import Foundation

/// An opened container: which streams it has, and their packets in file order.
final class Demuxer {
    let path: String
    let context: UnsafeMutablePointer<AVFormatContext>
    let isLive: Bool
    /// Held because `context` reads through them.
    private let input: InputStream?
    private let interruption: Interruption
    private var packetsRead = 0
    /// Of a row of numbered pictures, those that are there.
    let pictures: NumberedPictures?
    /// Where the bytes of the last whole packet ended.
    private var lastPosition: Int64 = 0
    private var invalidReads = 0

    /// Opens and analyses `path`; takes no decoder.
    init(_ path: String, options: SourceOptions, interruption: Interruption) throws(MediaError) {
        FFmpegLog.install()
        self.path = path
        self.interruption = interruption
        let place = try ContainerInput(path, options: options, interruption: interruption)
        (input, isLive) = (place.stream, options.live || place.location.isLive)
        var settings = try Self.settings(options, format: place.format, path: path)
        if case .named(let pattern, "image2") = place.location {
            pictures = NumberedPictures(pattern, from: settings["start_number"].flatMap { Int($0) } ?? 0)
        } else {
            pictures = nil
        }
        if let last = pictures?.numbers.last, last > Int(Int32.max) {
            throw .failed(action: "opening", path: path, why: "numbers of pictures go up to \(Int32.max), and \(last) is there")
        }
        if let first = pictures?.numbers.first, settings["start_number"] == nil { settings["start_number"] = "\(first)" }
        guard let opening = avformat_alloc_context() else {
            throw .failed(action: "opening", path: path, why: "no memory")
        }
        opening.pointee.interrupt_callback = interruption.callback
        if let input { opening.pointee.pb = input.context }
        // Counting frames to tell the rate would read ahead.
        if isLive { opening.pointee.fps_probe_size = 0 }
        var opened: UnsafeMutablePointer<AVFormatContext>? = opening
        let status = avformat_open_input(&opened, place.url, place.format, &settings.handle)
        guard status >= 0, let opened else {
            throw place.openingError(status, path: path)
        }
        context = opened
        // Readers of pictures take a size whether or not the pictures state their own.
        if holdsPictures, options.size != nil, streams.contains(where: { $0.pointee.codecpar.pointee.codec_id != AV_CODEC_ID_RAWVIDEO }) {
            throw .ofRawFrames(.size)
        }
        if let unknown = settings.entries.first { throw Self.refusal(of: unknown, options: options, format: formatName) }
        if !describesItself {
            let status = analyse()
            guard status >= 0 else { throw FFmpegStatus(status).reading(path, action: "analysing") }
        }
    }

    /// Whether these are pictures for themselves, or in a row.
    private var holdsPictures: Bool { formatName.hasPrefix("image2") || formatName.hasSuffix("_pipe") }

    /// Whether these are pictures or animations, whose viewers know square pixels alone: another size is another shape.
    var isShownInSquares: Bool { holdsPictures || ["gif", "apng", "ico"].contains(formatName) || MediaFiles.isAnimation(path) }

    /// Finds out what the header leaves open, with frames kept within the size that the decoder is allowed.
    private func analyse() -> Int32 {
        var limits = [OpaquePointer?](repeating: nil, count: Int(context.pointee.nb_streams))
        for i in limits.indices { av_dict_set_int(&limits[i], "max_pixels", Int64(largestPicture), 0) }
        let status = avformat_find_stream_info(context, &limits)
        for i in limits.indices { av_dict_free(&limits[i]) }
        return status
    }

    deinit {
        var closing: UnsafeMutablePointer<AVFormatContext>? = context
        avformat_close_input(&closing)
    }

    /// Formats that by their nature state no times, or not those of every picture.
    var leavesTimesOut: Bool {
        formatFlags & AVFMT_NOTIMESTAMPS != 0 || ["avi", "h264", "hevc", "m4v", "mpegvideo"].contains(formatName)
    }

    /// The header says everything that analysis could find out: not one frame is read ahead.
    private var describesItself: Bool { ["rawvideo", "yuv4mpegpipe"].contains(formatName) }

    var formatName: String { String(cString: context.pointee.iformat.pointee.name) }

    var formatFlags: Int32 { context.pointee.iformat.pointee.flags }

    var streams: [UnsafeMutablePointer<AVStream>] {
        (0..<Int(context.pointee.nb_streams)).compactMap { context.pointee.streams[$0] }
    }

    /// The next packet into `packet`.
    /// - Returns: false at the end of the file, or where it is cut off.
    func read(into packet: UnsafeMutablePointer<AVPacket>) throws(MediaError) -> Bool {
        while true {
            let status = av_read_frame(context, packet)
            if status >= 0 {
                invalidReads = 0
                packetsRead += 1
                if let bytes = input?.context { lastPosition = avio_tell(bytes) }
                return true
            }
            let failure = FFmpegStatus(status)
            if interruption.isRaised { throw .interrupted }
            if failure.isEnd || pictures.map({ $0.gap?.at == ($0.numbers.first ?? 0) + packetsRead }) == true { return false }
            if failure.isAgain {
                usleep(1000)
                continue
            }
            // Some demuxers come back to their senses after damage; one that never does has reached the end.
            invalidReads += 1
            if failure.isInvalidData, invalidReads < 100 { continue }
            if failure.isInvalidData { return false }
            throw .brokeOff(path, why: failure.text)
        }
    }

    /// Why there was not one frame, as far as the container tells.
    var emptiness: MediaError {
        // An index that comes after the pictures comes too late where one cannot go back.
        let cannotGoBack = input?.context?.pointee.seekable == 0
        if cannotGoBack, formatName.hasPrefix("mov,") { return .indexAtEnd(path) }
        let isWebP = streams.contains { $0.pointee.codecpar.pointee.codec_id == AV_CODEC_ID_WEBP }
        return isWebP ? .animatedWebP(path) : .noFrames(path)
    }

    /// Whether raw frames ended in the middle of one.
    var endedInsideFrame: Bool {
        guard describesItself, let bytes = input?.context else { return false }
        return avio_tell(bytes) != lastPosition
    }

    private static func settings(
        _ options: SourceOptions, format: UnsafePointer<AVInputFormat>?, path: String
    ) throws(MediaError) -> OptionDictionary {
        var settings = OptionDictionary(options.demuxerOptions)
        if !options.allowNetwork { settings["protocol_whitelist"] = "file,pipe" }
        let isRaw = format.map { String(cString: $0.pointee.name) == "rawvideo" } ?? false
        if let size = options.size {
            guard size.width > 0, size.height > 0 else { throw .rawSizeNeeded }
            settings["video_size"] = "\(size.width)x\(size.height)"
        }
        if isRaw && options.size == nil { throw .rawSizeNeeded }
        if let name = options.pixelFormat ?? (isRaw ? MediaFiles.rawPixelFormat(path) ?? "rgb24" : nil) {
            guard av_get_pix_fmt(name) != AV_PIX_FMT_NONE else { throw .unknownPixelFormat(name) }
            settings["pixel_format"] = name
        }
        if let rate = options.rate { settings["framerate"] = "\(rate.numerator)/\(rate.denominator)" }
        return settings
    }

    /// Why an option that the demuxer left over was of no use.
    private static func refusal(of option: (name: String, value: String), options: SourceOptions, format: String) -> MediaError {
        switch option.name {
        case "video_size" where options.size != nil: .ofRawFrames(.size)
        case "framerate" where options.rate != nil: .ofRawFrames(.rate)
        default: .optionRefused(option.name, value: option.value, by: format)
        }
    }
}
