import CFFmpeg

/// The streams that pass from a source to a container: which fit, where they go, and their times. All but subtitles that the
/// container knows in another form stay untouched.
struct StreamCopies {
    private struct Copy {
        var output: UnsafeMutablePointer<AVStream>
        var timeBase: AVRational
        var converter: SubtitleConverter?
        var last: Int64?
        /// When the last one begins by its own account.
        var lastStated: Int64?
    }

    /// By index in the input.
    private var copies: [Int: Copy] = [:]
    /// Where the painted stream's index goes.
    private(set) var painted: UnsafeMutablePointer<AVStream>
    private var lastPainted: Int64?
    private let isStrict: Bool
    private let isMatroska: Bool
    /// MP4's edit lists hide what lies before the beginning.
    private let hidesLead: Bool

    /// The codec tag of QuickTime's timecodes.
    private static let timecode = "tmcd".utf8.reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }

    /// Makes the output's streams in the input's order, the painted one among them.
    init(
        _ output: UnsafeMutablePointer<AVFormatContext>, container: Container, encoder: VideoEncoder,
        source: FileSource?,
        path: String, warnings: OneTimeWarnings
    ) throws(MediaError) {
        isStrict = !container.has(AVFMT_TS_NONSTRICT)
        isMatroska = container.isMatroska
        hidesLead = container.isMP4
        var leftOut: [String] = [], converted: [String] = []
        var paintedStream: UnsafeMutablePointer<AVStream>?
        let fitting = source.map { Self.fitting($0, in: container, beside: encoder) } ?? []
        for (index, input) in (source?.demuxer.streams ?? []).enumerated() {
            if index == source?.choice.video {
                paintedStream = Self.addPainted(output, encoder: encoder)
            } else if source?.choice.copied.contains(index) == true {
                var converter: SubtitleConverter?
                if !fitting.contains(index) {
                    converter = SubtitleConverter(input, container: container)
                    guard converter != nil else {
                        // MOV's muxer makes the track of timecodes anew, from the tag.
                        if container.isMP4, input.pointee.codecpar.pointee.codec_tag == Self.timecode { continue }
                        leftOut.append(Self.describe(input, index: index))
                        continue
                    }
                }
                let isWhole = converter == nil && source?.range.isWhole == true
                guard let stream = avformat_new_stream(output, nil),
                    Self.copy(input, to: stream, container: container, isWhole: isWhole)
                else {
                    throw .failed(action: "copying stream \(index)", path: path, why: "no memory")
                }
                if let converter {
                    guard avcodec_parameters_from_context(stream.pointee.codecpar, converter.encoder) >= 0 else {
                        throw .failed(action: "copying stream \(index)", path: path, why: "no memory")
                    }
                    if container.isMP4 { stream.pointee.time_base = AVRational(num: 1, den: Self.finestRate(source, encoder)) }
                    converted.append(Self.describe(input, index: index))
                }
                if CoverArt.isCover(input), CoverArt.adapt(stream, from: input, container: container) { continue }
                copies[index] = Copy(output: stream, timeBase: input.pointee.time_base, converter: converter)
            }
        }
        guard let stream = paintedStream ?? Self.addPainted(output, encoder: encoder) else {
            throw .failed(action: "opening", path: path, why: "no memory")
        }
        painted = stream
        if !converted.isEmpty { warnings.report(.subtitlesConverted(converted, format: container.name)) }
        if !leftOut.isEmpty { warnings.report(.streamsLeftOut(leftOut, format: container.name)) }
    }

    /// Ticks a second for words in MP4. Its muxer compares ticks of this track with those of others, and ends lines early where
    /// these are finer; and it takes no more than 2^31 ticks from one line to the next: with a million a second, 35 minutes.
    private static func finestRate(_ source: FileSource?, _ encoder: VideoEncoder) -> Int32 {
        let bases = (source?.demuxer.streams ?? []).map { $0.pointee.time_base } + [encoder.context.pointee.time_base]
        return bases.reduce(90_000) { $1.num > 0 ? max($0, min(1_000_000, $1.den / $1.num)) : $0 }
    }

    private static func addPainted(
        _ output: UnsafeMutablePointer<AVFormatContext>, encoder: VideoEncoder
    ) -> UnsafeMutablePointer<AVStream>? {
        guard let stream = avformat_new_stream(output, nil),
            avcodec_parameters_from_context(stream.pointee.codecpar, encoder.context) >= 0
        else { return nil }
        stream.pointee.time_base = encoder.context.pointee.time_base
        stream.pointee.avg_frame_rate = encoder.context.pointee.framerate
        stream.pointee.sample_aspect_ratio = encoder.context.pointee.sample_aspect_ratio
        return stream
    }

    /// Parameters, tags and dispositions; the container chooses its own codec tag.
    /// - Parameter isWhole: Whether all of the stream is copied.
    private static func copy(
        _ input: UnsafeMutablePointer<AVStream>, to output: UnsafeMutablePointer<AVStream>, container: Container, isWhole: Bool
    ) -> Bool {
        guard tempera_copy_stream_parameters(output, input) >= 0 else { return false }
        let parameters = output.pointee.codecpar.pointee
        let tag = parameters.codec_tag
        let tags = container.format.pointee.codec_tag
        let keepsTag = tags == nil || av_codec_get_id(tags, tag) == parameters.codec_id
        if !keepsTag { output.pointee.codecpar.pointee.codec_tag = 0 }
        output.pointee.time_base = input.pointee.time_base
        output.pointee.disposition = input.pointee.disposition
        output.pointee.avg_frame_rate = input.pointee.avg_frame_rate
        output.pointee.r_frame_rate = input.pointee.r_frame_rate
        output.pointee.sample_aspect_ratio = input.pointee.sample_aspect_ratio
        ContainerTags.copy(input.pointee.metadata, to: &output.pointee.metadata, isWhole: isWhole)
        return true
    }

    /// Which of the source's streams the container holds as they are, by index: each by itself and all of them together.
    private static func fitting(_ source: FileSource, in container: Container, beside encoder: VideoEncoder) -> Set<Int> {
        let streams = source.demuxer.streams
        let alone = source.choice.copied.sorted().filter { fits(streams[$0], in: container, beside: encoder) }
        let needHeaders = alone.filter { !CoverArt.isCover(streams[$0]) }
        func together(_ indices: [Int]) -> Bool {
            writesHeader(indices.map { streams[$0] }, in: container, beside: encoder)
        }
        if needHeaders.count < 2 || together(needHeaders) { return Set(alone) }
        // FLV has one sound track, say: those that come first stay.
        var kept: [Int] = []
        for index in needHeaders where together(kept + [index]) { kept.append(index) }
        return Set(alone).subtracting(needHeaders).union(kept)
    }

    /// Asks the container, then tries a header with just the painted stream and this one.
    private static func fits(
        _ input: UnsafeMutablePointer<AVStream>, in container: Container, beside encoder: VideoEncoder
    ) -> Bool {
        let parameters = input.pointee.codecpar.pointee
        let isAttachment = parameters.codec_type == AVMEDIA_TYPE_ATTACHMENT
        if CoverArt.isCover(input) { return CoverArt.fits(input, container) }
        if isAttachment, !container.holdsAttachments { return false }
        if !isAttachment, container.holds(parameters.codec_id) == false { return false }
        return writesHeader([input], in: container, beside: encoder)
    }

    private static func writesHeader(
        _ inputs: [UnsafeMutablePointer<AVStream>], in container: Container, beside encoder: VideoEncoder
    ) -> Bool {
        var trial: UnsafeMutablePointer<AVFormatContext>?
        guard avformat_alloc_output_context2(&trial, container.format, nil, nil) >= 0, let context = trial else {
            return false
        }
        defer { avformat_free_context(trial) }
        guard addPainted(context, encoder: encoder) != nil else { return false }
        for input in inputs {
            guard let stream = avformat_new_stream(context, nil), copy(input, to: stream, container: container, isWhole: true) else {
                return false
            }
        }
        if container.has(AVFMT_NOFILE) { return false }
        guard avio_open_dyn_buf(&context.pointee.pb) >= 0 else { return false }
        let status = avformat_write_header(context, nil)
        var bytes: UnsafeMutablePointer<UInt8>?
        avio_close_dyn_buf(context.pointee.pb, &bytes)
        av_free(bytes)
        context.pointee.pb = nil
        return status >= 0
    }

    private static func describe(_ input: UnsafeMutablePointer<AVStream>, index: Int) -> String {
        let parameters = input.pointee.codecpar.pointee
        let type = av_get_media_type_string(parameters.codec_type).map { String(cString: $0) } ?? "unknown"
        let codec =
            parameters.codec_id == AV_CODEC_ID_NONE
            ? "" : " (\(String(cString: avcodec_get_name(parameters.codec_id))))"
        return "stream \(index), \(type)\(codec)"
    }

    var hasSound: Bool {
        copies.values.contains { $0.output.pointee.codecpar.pointee.codec_type == AVMEDIA_TYPE_AUDIO }
    }

    /// Moves a painted packet behind the one before it, where the muxer's coarser time base has both at one time.
    /// - Returns: whether it came out later by more than that.
    mutating func separate(_ packet: UnsafeMutablePointer<AVPacket>) -> Bool {
        guard isStrict, packet.pointee.dts != tempera_nopts else { return false }
        let stated = packet.pointee.dts
        if let lastPainted { packet.pointee.dts = max(packet.pointee.dts, lastPainted + 1) }
        packet.pointee.pts = max(packet.pointee.pts, packet.pointee.dts)
        lastPainted = packet.pointee.dts
        return packet.pointee.dts - stated > 1
    }

    /// Readies a packet of the input for the muxer.
    /// - Returns: nil when its stream is not in the output.
    mutating func prepare(
        _ copied: CopiedPacket, warnings: OneTimeWarnings
    ) -> UnsafeMutablePointer<AVPacket>? {
        let index = Int(copied.packet.pointee.stream_index)
        guard var copy = copies[index], hidesLead || !Self.isLongHidden(copied.packet, timeBase: copy.timeBase) else {
            return nil
        }
        guard let packet = copy.converter.map({ $0.convert(copied.packet) }) ?? copied.packet else { return nil }
        let base = copy.output.pointee.time_base
        av_packet_rescale_ts(packet, copy.timeBase, base)
        if isMatroska { addCodecDelay(to: packet, of: copy.output) }
        packet.pointee.stream_index = copy.output.pointee.index
        packet.pointee.pos = -1
        // Sound and words are decoded in the order they are played: where a demuxer's guess differs, the time stated holds.
        if packet.pointee.pts != tempera_nopts { packet.pointee.dts = packet.pointee.pts }
        if packet.pointee.dts == tempera_nopts { packet.pointee.dts = copy.last.map { $0 + 1 } ?? 0 }
        let stated = packet.pointee.dts
        if let last = copy.last, packet.pointee.dts < last + (isStrict ? 1 : 0) {
            let isHidden = copy.converter != nil && packet.pointee.dts == copy.lastStated
            warnings.report(isHidden ? .linesHidden(stream: index) : .copiedTimestampsRepaired(stream: index))
            packet.pointee.dts = last + (isStrict ? 1 : 0)
        }
        if packet.pointee.pts == tempera_nopts || packet.pointee.pts < packet.pointee.dts {
            packet.pointee.pts = packet.pointee.dts
        }
        (copy.last, copy.lastStated) = (packet.pointee.dts, stated)
        copies[index] = copy
        return packet
    }

    /// Whether an edit list hides the packet, and no decoder needs it for what is heard: that takes 80 ms at most (Opus).
    private static func isLongHidden(_ packet: UnsafeMutablePointer<AVPacket>, timeBase: AVRational) -> Bool {
        guard packet.pointee.flags & AV_PKT_FLAG_DISCARD != 0, packet.pointee.pts != tempera_nopts else { return false }
        let needed = av_rescale_q(-1, AVRational(num: 1, den: 10), timeBase)
        return packet.pointee.pts + packet.pointee.duration <= needed
    }

    /// Matroska's times count from before the decoder's delay. FFmpeg's reader takes the delay off; its writer puts it back
    /// only since version 8.
    private func addCodecDelay(
        to packet: UnsafeMutablePointer<AVPacket>, of stream: UnsafeMutablePointer<AVStream>
    ) {
        let parameters = stream.pointee.codecpar.pointee
        guard parameters.codec_id == AV_CODEC_ID_OPUS, avformat_version() >> 16 < 62 else { return }
        let delay = av_rescale_q(
            Int64(parameters.initial_padding), AVRational(num: 1, den: 48000), stream.pointee.time_base)
        if packet.pointee.pts != tempera_nopts { packet.pointee.pts += delay }
        if packet.pointee.dts != tempera_nopts { packet.pointee.dts += delay }
    }
}
