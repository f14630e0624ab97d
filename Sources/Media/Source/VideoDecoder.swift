import CFFmpeg

/// Pixels of the largest picture that is decoded: twice 8K. A header that claims more gets no memory.
let largestPicture = 2 * 7680 * 4320

/// Packets of one stream to pictures, in presentation order.
final class VideoDecoder {
    let context: UnsafeMutablePointer<AVCodecContext>
    /// Parts that could not be decoded, or not wholly.
    private(set) var errors = 0

    /// - Parameter isStill: Whether the file is a picture, which is whole or of no use.
    init(
        _ stream: UnsafeMutablePointer<AVStream>, path: String, threads: Int?, isLive: Bool, isStill: Bool
    ) throws(MediaError) {
        let parameters = stream.pointee.codecpar.pointee
        let name = String(cString: avcodec_get_name(parameters.codec_id))
        guard let codec = Self.decoder(for: stream), let made = avcodec_alloc_context3(codec) else {
            throw .noDecoder(path, codec: name)
        }
        context = made
        var status = avcodec_parameters_to_context(context, stream.pointee.codecpar)
        context.pointee.pkt_timebase = stream.pointee.time_base
        context.pointee.framerate = stream.pointee.avg_frame_rate
        context.pointee.thread_count = Int32(clamping: threads ?? 0)
        context.pointee.thread_type = isLive ? FF_THREAD_SLICE : FF_THREAD_FRAME | FF_THREAD_SLICE
        context.pointee.max_pixels = Int64(largestPicture)
        // A damaged picture in its place keeps sound and picture together; it is counted all the same.
        context.pointee.flags |= Int32(AV_CODEC_FLAG_OUTPUT_CORRUPT)
        // Else what a stream crops on its left is cut in steps of the decoder's alignment, and hidden columns are seen.
        context.pointee.flags |= Int32(AV_CODEC_FLAG_UNALIGNED)
        // Of a JPEG that ends early the rest would be grey, and nothing would tell. Decoders of other pictures fail then.
        if isStill, parameters.codec_id == AV_CODEC_ID_MJPEG { context.pointee.err_recognition |= AV_EF_EXPLODE }
        if status >= 0 { status = avcodec_open2(context, codec, nil) }
        guard status >= 0 else { throw FFmpegStatus(status).reading(path, action: "opening the \(name) decoder") }
    }

    deinit {
        var closing: UnsafeMutablePointer<AVCodecContext>? = context
        avcodec_free_context(&closing)
    }

    /// WebM's transparency travels beside the packets, where only libvpx looks.
    private static func decoder(for stream: UnsafeMutablePointer<AVStream>) -> UnsafePointer<AVCodec>? {
        let id = stream.pointee.codecpar.pointee.codec_id
        if av_dict_get(stream.pointee.metadata, "alpha_mode", nil, 0) != nil {
            if id == AV_CODEC_ID_VP8, let found = avcodec_find_decoder_by_name("libvpx") { return found }
            if id == AV_CODEC_ID_VP9, let found = avcodec_find_decoder_by_name("libvpx-vp9") { return found }
        }
        return avcodec_find_decoder(id)
    }

    /// Takes one packet, or the end of the stream when nil. `receive` must have said "no more" before.
    /// - Returns: whether it could be used.
    func send(_ packet: UnsafeMutablePointer<AVPacket>?) -> Bool {
        let status = FFmpegStatus(avcodec_send_packet(context, packet))
        if status.code >= 0 || status.isEnd { return true }
        errors += 1
        return false
    }

    enum Received { case frame, needsPacket, end, damaged }

    /// The next picture into `frame`.
    func receive(into frame: UnsafeMutablePointer<AVFrame>) -> Received {
        let status = FFmpegStatus(avcodec_receive_frame(context, frame))
        if status.isAgain { return .needsPacket }
        if status.isEnd { return .end }
        if status.code < 0 {
            errors += 1
            return .damaged
        }
        if frame.pointee.decode_error_flags != 0 || frame.pointee.flags & AV_FRAME_FLAG_CORRUPT != 0 { errors += 1 }
        return .frame
    }
}
