import CFFmpeg
import Foundation
import Network

/// The finished parts of an output that is not whole yet, in a folder beside it: what is left of a long job when the
/// process or the machine dies.
///
///     .painted.mp4.segments/job           what the parts belong to, a "name = value" a line, and the encoder's threads
///                           000000        the encoder's packets of the first frames
///                           000000.last   the last of these frames as it was painted, for the next to go on from
///                           000001        … of as many again
///                           000002.part   what is being encoded
///                           output        the output as far as it has come
///                           stopped       what an output is told by that a stopped run wrote, and the next may replace
///
/// A sink that is given such a folder encodes every part on its own. What parts there are already it copies, so that their
/// frames need not be painted again, and the output is the same as if nothing had happened.
/// Used by one stage, after it was made; that makes it safe to send.
public final class SegmentFolder: @unchecked Sendable {
    public let path: String
    /// Frames of a part. With x264's usual distance between key frames, parts cost no more bits.
    public let length: Int
    /// Frames of the parts that are whole.
    public let finishedFrames: Int
    /// Threads of an encoder for which no number is asked: as many as when the first part was begun. Encoders cut pictures
    /// into as many slices, or bound motion by them, so that with another number of CPUs other packets would come.
    public let encoderThreads: Int
    private let job: String
    /// Whether an earlier run has said the same, all of it.
    private let isKnown: Bool
    private var writer: (number: Int, file: PacketFile.Writer)?
    private var reader: (number: Int, file: PacketFile.Reader)?
    private var lock: Int32 = -1

    /// - Parameters:
    ///   - job: everything that the output depends on. What an earlier run left is used only where all of it agrees.
    ///   - length: frames of a part, at least 1.
    ///   - threads: `encoderThreads` where there are no parts yet; nil: one a CPU.
    /// - Throws: `MediaError.otherJob`
    public init(
        beside output: String, job: [(name: String, value: String)], length: Int = 250, threads: Int? = nil
    ) throws(MediaError) {
        path = Self.path(beside: output)
        self.length = max(1, length)
        let old = (try? String(contentsOfFile: path + "/job", encoding: .utf8)) ?? ""
        let lines = Set(old.split(separator: "\n").map(String.init))
        encoderThreads = Self.threads(lines) ?? max(1, threads ?? Int(av_cpu_count()))
        let job = job + [("frames of a part", "\(self.length)"), ("encoder threads", "\(encoderThreads)")]
        self.job = job.map { "\($0.name) = \($0.value)\n" }.joined()
        isKnown = old == self.job
        if !old.isEmpty, old != self.job {
            let other = job.first { !lines.contains("\($0.name) = \($0.value)") }
            throw .otherJob(path, difference: other?.name ?? "options")
        }
        finishedFrames = old.isEmpty ? 0 : Self.parts(in: path) * self.length
    }

    deinit { unlock() }

    private static func threads(_ lines: Set<String>) -> Int? {
        let name = "encoder threads = "
        return lines.first { $0.hasPrefix(name) }.flatMap { Int($0.dropFirst(name.count)) }
    }

    /// Beside what a link leads to: what is moved from one file system to another is copied.
    private static func path(beside output: String) -> String {
        let output = RealPath.target(of: output.withoutFileScheme)
        let (folder, name) = output.folderAndName
        return "\(folder == "." && !output.hasPrefix("./") ? "" : folder + "/").\(name.shortened).segments"
    }

    /// The folder of an earlier run, if there is one.
    public static func leftover(beside output: String) -> String? {
        let path = path(beside: output)
        return access(path + "/job", F_OK) == 0 ? path : nil
    }

    /// Says that `output` is what a run was stopped with, and not whole.
    public func markUnfinished(_ output: String) {
        guard let mark = MediaFiles.fingerprint(output) else { return }
        // Without the mark the next run asks before it replaces the file.
        try? Data(mark.utf8).write(to: URL(fileURLWithPath: path + "/stopped"))
    }

    /// Whether `output` is what a run was stopped with, and nobody has touched it since.
    public static func isUnfinished(_ output: String) -> Bool {
        guard let mark = try? String(contentsOfFile: path(beside: output) + "/stopped", encoding: .utf8) else { return false }
        return mark == MediaFiles.fingerprint(output)
    }

    /// How many parts are whole, from the first on.
    private static func parts(in folder: String) -> Int {
        var count = 0
        while access(name(count, in: folder), F_OK) == 0, access(lastName(count, in: folder), F_OK) == 0 { count += 1 }
        return count
    }

    private static func name(_ part: Int, in folder: String) -> String { folder + String(format: "/%06d", part) }

    private static func lastName(_ part: Int, in folder: String) -> String { name(part, in: folder) + ".last" }

    /// Where the output lies until it is whole.
    var output: String { path + "/output" }

    /// Makes the folder where it is not there yet, and takes it for this process.
    func open() throws(MediaError) {
        guard mkdir(path, 0o777) == 0 || errno == EEXIST else {
            throw FFmpegStatus(tempera_averror(errno)).writing(path, action: "opening")
        }
        lock = Glibc.open(path + "/job", O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
        guard lock >= 0 else { throw FFmpegStatus(tempera_averror(errno)).writing(path, action: "opening") }
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else { throw .unwritable(path, why: "another run is writing there") }
        // Another run may have come and gone since they were counted.
        guard finishedFrames == 0 || Self.parts(in: path) * length == finishedFrames else {
            throw .unwritable(path, why: "another run changed what is there; run again")
        }
        if isKnown { return }
        // Parts of which nobody knows what they are parts of.
        for part in 0..<Self.parts(in: path) { unlink(Self.name(part, in: path)) }
        let bytes = Array(job.utf8)
        guard ftruncate(lock, 0) == 0, pwrite(lock, bytes, bytes.count, 0) == bytes.count, fsync(lock) == 0 else {
            throw FFmpegStatus(tempera_averror(errno)).writing(path, action: "writing")
        }
    }

    private func unlock() {
        if lock >= 0 { close(lock) }
        lock = -1
    }

    /// Removes what is not finished, and all of it where nothing is.
    func discard() {
        guard lock >= 0 else { return }
        dropPart()
        if Self.parts(in: path) == 0 { remove() }
        unlock()
    }

    /// Removes the folder: the output is whole.
    public func remove() { try? FileManager.default.removeItem(atPath: path) }

    // MARK: Writing

    /// Begins the part of which `frame` is the first.
    func beginPart(frame: Int, header: Data) throws(MediaError) {
        let number = frame / length
        writer = (number, try PacketFile.Writer(Self.name(number, in: path) + ".part", header: header))
    }

    func append(_ packet: AVPacket) throws(MediaError) { try writer?.file.append(packet) }

    /// Removes the part that is being written: with the end of the output, or of a run, it is of no more use.
    func dropPart() {
        if let writer { unlink(Self.name(writer.number, in: path) + ".part") }
        writer = nil
    }

    /// Makes the part that is being written one of the finished.
    /// - Parameter last: Its last frame.
    func finishPart(last: PixelBuffer) throws(MediaError) {
        guard let (number, file) = writer else { return }
        try file.close()
        writer = nil
        try PacketFile.Writer(Self.lastName(number, in: path), header: last.packed).close()
        let name = Self.name(number, in: path)
        guard rename(name + ".part", name) == 0 else {
            throw FFmpegStatus(tempera_averror(errno)).writing(name, action: "renaming")
        }
    }

    // MARK: Reading

    /// The last finished frame as it was painted, of the output's size; nil when there is none.
    public func lastPicture(width: Int, height: Int) throws(MediaError) -> PixelBuffer? {
        guard finishedFrames > 0 else { return nil }
        let name = Self.lastName(finishedFrames / length - 1, in: path)
        guard let picture = PixelBuffer(packed: try PacketFile.Reader(name).header),
            (picture.width, picture.height) == (width, height)
        else { throw .damagedSegment(name) }
        return picture
    }

    /// Hands `body` the packets that take the place of `frame`, one for each and what is left with the last of a part.
    /// - Parameter header: the encoder's global header, which must be that of the parts.
    func replay(
        frame: Int, header: Data, _ body: (UnsafeMutablePointer<AVPacket>) throws(MediaError) -> Void
    ) throws(MediaError) {
        let (number, isLast) = (frame / length, frame % length == length - 1)
        if reader?.number != number {
            let file = try PacketFile.Reader(Self.name(number, in: path))
            guard file.header == header else { throw .otherJob(path, difference: "encoder") }
            reader = (number, file)
        }
        guard let packet = av_packet_alloc() else { throw .failed(action: "reading", path: path, why: "no memory") }
        defer {
            var packet: UnsafeMutablePointer<AVPacket>? = packet
            av_packet_free(&packet)
        }
        while try reader?.file.read(into: packet) == true {
            try body(packet)
            if !isLast { return }
        }
        if isLast { reader = nil }
    }
}

extension VideoEncoder {
    /// What a decoder needs before the first packet.
    var header: Data {
        context.pointee.extradata.map { Data(bytes: $0, count: Int(context.pointee.extradata_size)) } ?? Data()
    }
}

extension PixelBuffer {
    /// Width and height, four bytes each, and the rows without what lies between them.
    fileprivate var packed: Data {
        var data = Data(capacity: 8 + 3 * width * height)
        for side in [width, height] { withUnsafeBytes(of: UInt32(side)) { data.append(contentsOf: $0) } }
        for y in 0..<height { data.append(row(y), count: 3 * width) }
        return data
    }

    fileprivate convenience init?(packed data: Data) {
        let sides = data.withUnsafeBytes { bytes in
            bytes.count < 8 ? [] : [0, 4].map { Int(bytes.loadUnaligned(fromByteOffset: $0, as: UInt32.self)) }
        }
        guard sides.count == 2, sides.allSatisfy({ 1...65536 ~= $0 }), data.count == 8 + 3 * sides[0] * sides[1] else { return nil }
        self.init(width: sides[0], height: sides[1])
        for y in 0..<height { data.copyBytes(to: row(y), from: 8 + 3 * width * y..<8 + 3 * width * (y + 1)) }
    }
}
