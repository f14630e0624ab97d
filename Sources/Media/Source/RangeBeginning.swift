import CFFmpeg

/// The first picture of a range, and what of the copied streams comes before it.
struct RangeBeginning {
    /// The reader's, or the one held from before the range: valid as long as this value, and until the reader's next.
    let picture: UnsafeMutablePointer<AVFrame>
    /// Whether the picture is from before the range, and on the screen when it begins.
    let isHeld: Bool
    let isAtEnd: Bool
    let packets: [CopiedPacket]
    private let held: HeldPicture?

    /// - Parameters:
    ///   - start: What was asked for, if anything was.
    ///   - nominal: Ticks that a picture usually lasts; 0 where that is not known.
    ///   - isWanted: Whether a packet is within the range.
    /// - Throws: `MediaError`, where there is no picture.
    init(
        _ reader: FrameReader, demuxer: Demuxer, range: TimeRange, start: Double?, nominal: Int64, timeBase: AVRational,
        isWanted: (CopiedPacket) -> Bool
    ) throws(MediaError) {
        // A gap of half a frame more than usual, or of half a second, is seen.
        let least = min(nominal + nominal / 2, Rational(timeBase).ticks(0.5))
        let held = start == nil ? nil : HeldPicture()
        self.held = held
        var packets: [CopiedPacket] = []
        while let event = try reader.next() {
            switch event {
            case .packet(let packet):
                if isWanted(packet) { packets.append(packet) }
            case .picture:
                let time = reader.picture.pointee.best_effort_timestamp
                if time != tempera_nopts, range.isBefore(time) {
                    held?.keep(reader.picture)
                    reader.leaveOut()
                    continue
                }
                reader.beginRange()
                let filling = time == tempera_nopts
                    ? nil : held.flatMap { $0.fills(from: range.start ?? 0, to: time, least: least) ? $0.frame : nil }
                (picture, isHeld, isAtEnd) = (filling ?? reader.picture, filling != nil, false)
                self.packets = packets
                return
            }
        }
        guard let start else { throw demuxer.emptiness }
        guard let held, held.fills(from: range.start ?? 0, to: nil, least: least) else {
            throw .startBeyondEnd(demuxer.path, start: start)
        }
        (picture, isHeld, isAtEnd) = (held.frame, true, true)
        self.packets = packets
    }
}
