import CFFmpeg
import Foundation

/// Demuxer, decoder and deinterlacer in a row: pictures as decoded, and packets of the copied streams between them.
final class FrameReader {
    enum Event {
        /// The picture lies in `FrameReader.picture` until the next call.
        case picture
        case packet(CopiedPacket)
    }

    let picture: UnsafeMutablePointer<AVFrame>
    private let demuxer: Demuxer
    private let choice: StreamChoice
    private let decoder: VideoDecoder
    private let options: SourceOptions
    private let packet: UnsafeMutablePointer<AVPacket>
    private var timeline: Timeline
    private var deinterlacer: Deinterlacer?
    /// A picture that waits for what the deinterlacer of an older size still holds.
    private let waiting: UnsafeMutablePointer<AVFrame>
    private var isWaiting = false
    private var stage = Stage.reading
    private let warnings: OneTimeWarnings
    private var videoPackets: Int64 = 0
    /// How the first picture says it must be turned, where its decoder does not tell.
    private(set) var statedOrientation: Orientation?
    /// Damage before the range that is wanted: where seeking leads into the middle of pictures, the first cannot be decoded.
    private var ignoredErrors = 0
    private var isInRange: Bool
    private var hasLeftOut = false
    /// Ends decoding: what follows of the video stream is only looked at for its times, and ends reading when they are far
    /// beyond this one, whether or not the other streams have come as far.
    var rangeEnd: Int64?
    private let timeBase: AVRational
    /// How far streams may be apart in a file, in seconds, and for how long one that is live is waited for.
    private static let patience = (file: 60.0, live: 10.0)

    private enum Stage { case reading, draining, finished }

    init(
        _ demuxer: Demuxer, choice: StreamChoice, origin: Int64, options: SourceOptions, warnings: OneTimeWarnings
    ) throws(MediaError) {
        self.demuxer = demuxer
        self.choice = choice
        self.options = options
        self.warnings = warnings
        isInRange = options.start == nil
        timeBase = demuxer.streams[choice.video].pointee.time_base
        decoder = try VideoDecoder(
            demuxer.streams[choice.video], path: demuxer.path, threads: options.threads, isLive: demuxer.isLive,
            isStill: MediaFiles.isPicture(demuxer.path) && demuxer.pictures == nil)
        guard let picture = av_frame_alloc(), let waiting = av_frame_alloc(), let packet = av_packet_alloc() else {
            throw .failed(action: "opening", path: demuxer.path, why: "no memory")
        }
        self.picture = picture
        self.waiting = waiting
        self.packet = packet
        timeline = Timeline(demuxer.streams, origin: origin, jumpsForward: demuxer.formatFlags & AVFMT_TS_DISCONT != 0)
    }

    deinit {
        var picture: UnsafeMutablePointer<AVFrame>? = picture
        av_frame_free(&picture)
        var waiting: UnsafeMutablePointer<AVFrame>? = waiting
        av_frame_free(&waiting)
        var packet: UnsafeMutablePointer<AVPacket>? = packet
        av_packet_free(&packet)
    }

    /// Parts of what is wanted that could not be decoded, or not wholly.
    var errors: Int { isInRange ? decoder.errors - ignoredErrors : 0 }

    /// The picture lies before what is wanted, and so does the damage until here.
    func leaveOut() {
        (hasLeftOut, ignoredErrors) = (true, decoder.errors)
    }

    /// The first picture that is wanted was read. Where it is the first of all, what failed before it is what seeking led into
    /// the middle of.
    func beginRange() {
        guard !isInRange else { return }
        if !hasLeftOut { ignoredErrors = decoder.errors }
        isInRange = true
        if errors > 0 { warnings.report(.corruptData(stream: choice.video)) }
    }

    /// The next picture or packet in file order; nil at the end.
    func next() throws(MediaError) -> Event? {
        while true {
            if try nextPicture() { return .picture }
            guard stage == .reading else {
                if stage == .draining { reportEnd() }
                stage = .finished
                return nil
            }
            if let copied = try nextPacket() { return .packet(copied) }
        }
    }

    /// Reads on until something for the decoder (nil) or for the sink was found.
    private func nextPacket() throws(MediaError) -> CopiedPacket? {
        av_packet_unref(packet)
        guard try demuxer.read(into: packet) else {
            stage = .draining
            if demuxer.endedInsideFrame { warnings.report(.partialLastFrame) }
            _ = decoder.send(nil)
            return nil
        }
        let index = Int(packet.pointee.stream_index)
        if let jump = timeline.apply(to: packet) {
            warnings.report(.timestampJump(seconds: (jump * 1000).rounded() / 1000))
        }
        if index == choice.video {
            try decodePacket()
            return nil
        }
        guard choice.copied.contains(index), let own = av_packet_alloc() else {
            if index >= choice.streamCount { warnings.report(.lateStream(index: index)) }
            return nil
        }
        av_packet_move_ref(own, packet)
        return CopiedPacket(own)
    }

    private func decodePacket() throws(MediaError) {
        videoPackets += 1
        if let rangeEnd {
            let patience = Rational(timeBase).ticks(demuxer.isLive ? Self.patience.live : Self.patience.file)
            if packet.pointee.dts != tempera_nopts, packet.pointee.dts > rangeEnd + patience { stage = .finished }
            return
        }
        // A frame dropped by whoever recorded, which stays on the screen.
        if packet.pointee.size == 0, packet.pointee.side_data_elems == 0 { return }
        if av_packet_get_side_data(packet, AV_PKT_DATA_ENCRYPTION_INFO, nil) != nil { throw .encrypted(demuxer.path) }
        if demuxer.formatName == "rawvideo", packet.pointee.flags & AV_PKT_FLAG_CORRUPT != 0 {
            warnings.report(.partialLastFrame)
            return
        }
        if videoPackets == 1, [AV_CODEC_ID_PNG, AV_CODEC_ID_TIFF].contains(decoder.context.pointee.codec_id) {
            statedOrientation = Orientation(
                picture: UnsafeRawBufferPointer(start: packet.pointee.data, count: Int(packet.pointee.size)))
        }
        if !decoder.send(packet) { try noteDamage() }
    }

    private func nextPicture() throws(MediaError) -> Bool {
        while true {
            if let deinterlacer {
                if deinterlacer.receive(into: picture) { return true }
                if stage == .finished { return false }
            }
            if isWaiting {
                isWaiting = false
                av_frame_move_ref(picture, waiting)
                deinterlacer = nil
                if try !passOn() { return true }
                continue
            }
            switch decoder.receive(into: picture) {
            case .needsPacket: return false
            case .damaged: try noteDamage()
            case .end:
                guard let deinterlacer, stage == .draining else { return false }
                deinterlacer.send(nil)
                if deinterlacer.receive(into: picture) { return true }
                self.deinterlacer = nil
                return false
            case .frame:
                try checkDamage()
                if try !passOn() { return true }
            }
        }
    }

    /// Gives the picture to the deinterlacer if it is one for it.
    /// - Returns: false when the picture is ready as it is.
    private func passOn() throws(MediaError) -> Bool {
        let isInterlaced = tempera_frame_is_interlaced(picture) != 0
        if options.deinterlace == .off {
            if isInterlaced { warnings.report(.interlacedKept) }
            return false
        }
        if let deinterlacer, !deinterlacer.takes(picture) {
            av_frame_move_ref(waiting, picture)
            isWaiting = true
            deinterlacer.send(nil)
            return true
        }
        if deinterlacer == nil {
            guard isInterlaced else { return false }
            warnings.report(.deinterlacing(Deinterlacer.filterName))
            deinterlacer = try Deinterlacer(
                for: picture, timeBase: timeBase, path: demuxer.path)
        }
        deinterlacer?.send(picture)
        return true
    }

    private func noteDamage() throws(MediaError) {
        if isInRange { warnings.report(.corruptData(stream: choice.video)) }
        try checkDamage()
    }

    private func checkDamage() throws(MediaError) {
        if errors > 0 { warnings.report(.corruptData(stream: choice.video)) }
        if let limit = options.maxErrors, errors > limit {
            throw .tooManyErrors(demuxer.path, count: errors, limit: limit)
        }
    }

    private func reportEnd() {
        if errors > 0 { warnings.report(.decodeErrors(count: errors)) }
        let promised = demuxer.streams[choice.video].pointee.nb_frames
        // AVI counts frames that it drops.
        if videoPackets > 0, promised > videoPackets, demuxer.formatName != "avi", options.start == nil, options.duration == nil {
            warnings.report(.truncatedInput(frames: Int(videoPackets), of: Int(promised)))
        }
    }
}
