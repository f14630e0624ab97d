import CFFmpeg

/// Which stream of a container is painted, and which go along untouched.
struct StreamChoice {
    let video: Int
    /// Indices of streams to copy.
    let copied: Set<Int>
    /// Other moving pictures: neither painted nor copied.
    let leftOut: [Int]
    /// Streams of other programs than the painted stream's, all but moving pictures.
    let ofOtherPrograms: [Int]
    /// Streams that were there when the file was opened.
    let streamCount: Int

    init(_ demuxer: Demuxer, options: SourceOptions) throws(MediaError) {
        let streams = demuxer.streams
        streamCount = streams.count
        let candidates = streams.indices.filter { Self.isMovingPicture(streams[$0]) }
        if let wanted = options.stream {
            guard candidates.contains(wanted) else { throw .noSuchStream(demuxer.path, index: wanted) }
            video = wanted
        } else {
            func rank(_ i: Int) -> (Int, Int) {
                let parameters = streams[i].pointee.codecpar.pointee
                let isDefault = streams[i].pointee.disposition & AV_DISPOSITION_DEFAULT != 0
                return (isDefault ? 1 : 0, Int(parameters.width) * Int(parameters.height))
            }
            guard var best = candidates.first else { throw .noVideo(demuxer.path) }
            for candidate in candidates where rank(candidate) > rank(best) { best = candidate }
            video = best
        }
        let chosen = video
        leftOut = candidates.filter { $0 != chosen }
        // The demuxer itself discards what it has already turned into chapters.
        let others = streams.indices.filter { !candidates.contains($0) && streams[$0].pointee.discard != AVDISCARD_ALL }
        let wanted = options.copiesOtherStreams ? others : []
        let accompanying = wanted.filter { Self.isProgramShared($0, chosen, of: demuxer.context) }
        copied = Set(accompanying)
        ofOtherPrograms = wanted.filter { !accompanying.contains($0) }
        for i in streams.indices where i != chosen && !copied.contains(i) { streams[i].pointee.discard = AVDISCARD_ALL }
    }

    /// Whether a program holds both streams, or none holds the first.
    private static func isProgramShared(
        _ stream: Int, _ video: Int, of context: UnsafeMutablePointer<AVFormatContext>
    ) -> Bool {
        var program = av_find_program_from_stream(context, nil, Int32(stream))
        if program == nil { return true }
        while let found = program {
            let held = UnsafeBufferPointer(start: found.pointee.stream_index, count: Int(found.pointee.nb_stream_indexes))
            if held.contains(UInt32(video)) { return true }
            program = av_find_program_from_stream(context, found, Int32(stream))
        }
        return false
    }

    /// Video, but no cover art or preview pictures.
    static func isMovingPicture(_ stream: UnsafeMutablePointer<AVStream>) -> Bool {
        stream.pointee.codecpar.pointee.codec_type == AVMEDIA_TYPE_VIDEO
            && stream.pointee.disposition & (AV_DISPOSITION_ATTACHED_PIC | AV_DISPOSITION_TIMED_THUMBNAILS) == 0
    }
}
