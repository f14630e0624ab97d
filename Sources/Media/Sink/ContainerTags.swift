import CFFmpeg

/// Metadata and chapters on their way from one container to another.
enum ContainerTags {
    /// True of the input's bytes only: the output's muxer writes its own.
    private static let ofTheFile: Set<String> = [
        "major_brand", "minor_version", "compatible_brands", "encoder", "duration", "software",
    ]
    private static let ofTheStream: Set<String> = ["encoder", "rotate", "alpha_mode", "vendor_id"]

    /// Names of the source's tags that `container` has no place of their own for.
    static func homeless(_ source: FileSource, in container: Container) -> [String] {
        guard let held = container.tags else { return [] }
        return OptionDictionary.entries(of: source.demuxer.context.pointee.metadata).map(\.name).filter {
            !ofTheFile.contains(plain($0)) && !held.contains(plain($0))
        }
    }

    /// In small letters and without a language: `title-eng` is a title.
    private static func plain(_ name: String) -> String {
        let parts = name.lowercased().split(separator: "-", omittingEmptySubsequences: false)
        return parts.count > 1 && parts.last?.count == 3 ? parts.dropLast().joined(separator: "-") : name.lowercased()
    }

    static func copy(_ source: FileSource, to output: UnsafeMutablePointer<AVFormatContext>, in container: Container) {
        let input = source.demuxer.context
        copy(input.pointee.metadata, of: source, to: &output.pointee.metadata) { ofTheFile.contains($0) }
        // What a broadcast says of itself it says of a program.
        if container.describesPrograms, let program = av_find_program_from_stream(input, nil, Int32(source.choice.video)) {
            copy(program.pointee.metadata, of: source, to: &output.pointee.metadata) { !$0.hasPrefix("service_") }
        }
        copyChapters(source, to: output)
    }

    /// The painted stream's tags, without what says something of the old pixels.
    static func copyPainted(
        _ source: FileSource, to stream: UnsafeMutablePointer<AVStream>, of output: UnsafeMutablePointer<AVFormatContext>
    ) {
        let input = source.demuxer.streams[source.choice.video]
        // How a picture is to be put around the viewer. MP4 has it by a specification that FFmpeg calls unofficial.
        for type in [AV_PKT_DATA_SPHERICAL, AV_PKT_DATA_STEREO3D] where tempera_copy_side_data(stream, input, type) > 0 {
            output.pointee.strict_std_compliance = FF_COMPLIANCE_UNOFFICIAL
        }
        stream.pointee.disposition = input.pointee.disposition
        copy(input.pointee.metadata, of: source, to: &stream.pointee.metadata) {
            ofTheStream.contains($0) || isStatistics($0)
        }
    }

    /// What mkvmerge counts of a stream.
    private static func isStatistics(_ name: String) -> Bool {
        ["bps", "duration"].contains(name) || name.hasPrefix("number_of_") || name.hasPrefix("_statistics_")
    }

    /// A copied stream's tags; of a part of it, without what was counted of the whole.
    static func copy(_ input: OpaquePointer?, to output: inout OpaquePointer?, isWhole: Bool) {
        av_dict_copy(&output, input, 0)
        if isWhole { return }
        for (name, _) in OptionDictionary.entries(of: input) where isStatistics(plain(name)) { av_dict_set(&output, name, nil, 0) }
    }

    private static func copy(
        _ input: OpaquePointer?, of source: FileSource, to output: inout OpaquePointer?, without unwanted: (String) -> Bool
    ) {
        for (name, value) in OptionDictionary.entries(of: input) where !unwanted(plain(name)) {
            av_dict_set(&output, name, name == "timecode" ? moved(value, to: source) : value, 0)
        }
    }

    /// A timecode is that of the first frame: what is skipped is added.
    private static func moved(_ timecode: String, to source: FileSource) -> String {
        var code = AVTimecode(), text = [CChar](repeating: 0, count: 32)
        guard source.skipped > 0, let rate = source.video.frameRate,
            let frames = Int32(exactly: (source.skipped * rate.value).rounded()),
            av_timecode_init_from_string(&code, rate.av, timecode, nil) >= 0,
            av_timecode_make_string(&code, &text, frames) != nil
        else { return timecode }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func copyChapters(_ source: FileSource, to output: UnsafeMutablePointer<AVFormatContext>) {
        let input = source.demuxer.context.pointee
        let microseconds = AVRational(num: 1, den: 1_000_000)
        for i in 0..<Int(input.nb_chapters) {
            guard let chapter = input.chapters[i]?.pointee, Timeline.isPlausible(chapter.start),
                Timeline.isPlausible(chapter.end), chapter.start <= chapter.end
            else { continue }
            let base = chapter.time_base
            let origin = av_rescale_q(source.origin, microseconds, base)
            let begin = av_rescale_q(source.range.start ?? 0, source.range.timeBase, base)
            // Where a file begins after centuries, its own ticks can count them and a chapter's cannot.
            guard Timeline.isPlausible(origin), Timeline.isPlausible(begin) else { continue }
            let shift = origin + begin, start = chapter.start - shift
            var end = chapter.end - shift
            if let limit = source.range.end {
                let last = av_rescale_q(limit - (source.range.start ?? 0), source.range.timeBase, base)
                if start >= last { continue }
                end = min(end, last)
            }
            if end <= 0, source.range.start != nil { continue }
            guard let memory = av_mallocz(MemoryLayout<AVChapter>.size) else { return }
            let copy = memory.assumingMemoryBound(to: AVChapter.self)
            copy.pointee.id = chapter.id
            copy.pointee.time_base = base
            copy.pointee.start = source.range.start == nil ? start : max(0, start)
            copy.pointee.end = end
            av_dict_copy(&copy.pointee.metadata, chapter.metadata, 0)
            append(copy, to: output)
        }
    }

    private static func append(
        _ chapter: UnsafeMutablePointer<AVChapter>, to output: UnsafeMutablePointer<AVFormatContext>
    ) {
        var count = Int32(output.pointee.nb_chapters)
        av_dynarray_add(&output.pointee.chapters, &count, chapter)
        output.pointee.nb_chapters = UInt32(count)
    }
}
