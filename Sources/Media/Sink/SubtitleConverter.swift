import CFFmpeg

/// Subtitles of words, rewritten in the way that a container knows. Styling that it does not know is lost.
///
/// Used by the thread that muxes.
final class SubtitleConverter {
    /// The encoder's parameters belong into the output's stream.
    let encoder: UnsafeMutablePointer<AVCodecContext>
    private let decoder: UnsafeMutablePointer<AVCodecContext>
    private let packet: UnsafeMutablePointer<AVPacket>
    private let timeBase: AVRational
    /// A line of subtitles takes a few hundred bytes.
    private static let mostBytes = 1 << 16

    /// Nil where the stream holds no words, or `container` takes none.
    init?(_ input: UnsafeMutablePointer<AVStream>, container: Container) {
        let parameters = input.pointee.codecpar
        guard let parameters, let form = container.wordsCodec, let from = avcodec_descriptor_get(parameters.pointee.codec_id),
            from.pointee.props & AV_CODEC_PROP_TEXT_SUB != 0,
            // Its decoder says a line when the next one comes, under that one's time.
            parameters.pointee.codec_id != AV_CODEC_ID_EIA_608,
            let reading = avcodec_find_decoder(parameters.pointee.codec_id), let writing = avcodec_find_encoder(form),
            let packet = av_packet_alloc()
        else { return nil }
        guard let decoder = avcodec_alloc_context3(reading), let encoder = avcodec_alloc_context3(writing) else {
            return nil
        }
        self.decoder = decoder
        self.encoder = encoder
        self.packet = packet
        timeBase = input.pointee.time_base
        decoder.pointee.pkt_timebase = timeBase
        encoder.pointee.time_base = AVRational(num: 1, den: 1000)
        guard avcodec_parameters_to_context(decoder, parameters) >= 0, avcodec_open2(decoder, reading, nil) >= 0,
            Self.copyHeader(from: decoder, to: encoder), avcodec_open2(encoder, writing, nil) >= 0
        else { return nil }
    }

    deinit {
        var (encoder, decoder, packet):
            (UnsafeMutablePointer<AVCodecContext>?, UnsafeMutablePointer<AVCodecContext>?, UnsafeMutablePointer<AVPacket>?) =
                (encoder, decoder, packet)
        avcodec_free_context(&encoder)
        avcodec_free_context(&decoder)
        av_packet_free(&packet)
    }

    /// The styles that lines refer to, which the decoder knows once it is open.
    private static func copyHeader(
        from decoder: UnsafeMutablePointer<AVCodecContext>, to encoder: UnsafeMutablePointer<AVCodecContext>
    ) -> Bool {
        guard let header = decoder.pointee.subtitle_header else { return true }
        let count = Int(decoder.pointee.subtitle_header_size)
        guard let copy = av_mallocz(count + 1) else { return false }
        copy.copyMemory(from: header, byteCount: count)
        encoder.pointee.subtitle_header = copy.assumingMemoryBound(to: UInt8.self)
        encoder.pointee.subtitle_header_size = Int32(count)
        return true
    }

    /// What `line` says, in the encoder's form, with the input's times; nil for what says nothing. Valid until the next call.
    func convert(_ line: UnsafeMutablePointer<AVPacket>) -> UnsafeMutablePointer<AVPacket>? {
        var subtitle = AVSubtitle(), isComplete: Int32 = 0
        guard avcodec_decode_subtitle2(decoder, &subtitle, &isComplete, line) >= 0, isComplete != 0 else { return nil }
        defer { avsubtitle_free(&subtitle) }
        let start = av_rescale_q(Int64(subtitle.start_display_time), encoder.pointee.time_base, timeBase)
        let shown = Int64(subtitle.end_display_time) - Int64(subtitle.start_display_time)
        subtitle.pts = 0
        subtitle.end_display_time -= subtitle.start_display_time
        subtitle.start_display_time = 0
        av_packet_unref(packet)
        guard subtitle.num_rects > 0, av_new_packet(packet, Int32(Self.mostBytes)) >= 0 else { return nil }
        let count = avcodec_encode_subtitle(encoder, packet.pointee.data, Int32(Self.mostBytes), &subtitle)
        guard count > 0 else { return nil }
        av_shrink_packet(packet, count)
        packet.pointee.stream_index = line.pointee.stream_index
        packet.pointee.pts = line.pointee.pts == tempera_nopts ? tempera_nopts : line.pointee.pts + start
        packet.pointee.dts = packet.pointee.pts
        packet.pointee.duration =
            line.pointee.duration > 0 ? line.pointee.duration : av_rescale_q(shown, encoder.pointee.time_base, timeBase)
        packet.pointee.flags |= AV_PKT_FLAG_KEY
        return packet
    }
}
