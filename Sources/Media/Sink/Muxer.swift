import CFFmpeg

/// FFmpeg's context of one output, freed with this object however far its making came.
final class Muxer {
    let context: UnsafeMutablePointer<AVFormatContext>

    /// - Parameter output: where the bytes go; closed by its owner.
    init(_ container: Container, output: OutputFile) throws(MediaError) {
        var made: UnsafeMutablePointer<AVFormatContext>?
        let status = avformat_alloc_output_context2(&made, container.format, nil, output.url)
        guard status >= 0, let made else { throw FFmpegStatus(status).writing(output.path, action: "opening") }
        context = made
        context.pointee.pb = output.context
        if OutputFile.isStream(output.path) { context.pointee.flags |= AVFMT_FLAG_FLUSH_PACKETS }
    }

    deinit {
        release()
        avformat_free_context(context)
    }

    /// From now on the output's bytes are no longer this context's.
    func release() { context.pointee.pb = nil }

    func writeHeader(_ settings: consuming OptionDictionary, container: Container, path: String) throws(MediaError) {
        // The header would refuse a value without a word of which it is.
        for (name, value) in settings.entries where av_opt_set(context, name, value, AV_OPT_SEARCH_CHILDREN) == tempera_averror(EINVAL) {
            throw .optionRefused(name, value: value, by: container.name)
        }
        let status = avformat_write_header(context, &settings.handle)
        guard status >= 0 else { throw FFmpegStatus(status).writing(path, action: "writing the header") }
        if let left = settings.entries.first {
            throw .optionRefused(left.name, value: left.value, by: container.name)
        }
    }

    func write(_ packet: UnsafeMutablePointer<AVPacket>, path: String) throws(MediaError) {
        let status = av_interleaved_write_frame(context, packet)
        guard status >= 0 else { throw FFmpegStatus(status).writing(path, action: "writing") }
    }

    /// - Parameter setting: What only the end tells.
    func writeTrailer(_ setting: (option: String, value: String)?, path: String) throws(MediaError) {
        if let (option, value) = setting { av_opt_set(context, option, value, AV_OPT_SEARCH_CHILDREN) }
        let status = av_write_trailer(context)
        guard status >= 0 else { throw FFmpegStatus(status).writing(path, action: "finishing") }
    }
}
