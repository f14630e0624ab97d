import CFFmpeg
import Foundation
import Network

/// Encoded packets on disk, each as the encoder gave it: times in the encoder's base, flags, side data and bytes.
///
/// Written and read on one machine, so numbers lie there as the machine has them: a mark of 8 bytes, the encoder's global
/// header (size, bytes), then the packets, and at the end the hash of all that. Used by one stage.
enum PacketFile {
    private static let mark: UInt64 = 0x3267_6573_706d_6574  // "tempseg2"

    /// What stands before the bytes of a packet.
    private struct Record {
        var pts: Int64
        var dts: Int64
        var duration: Int64
        var flags: Int32
        var size: Int32
        var sideData: Int64
    }

    final class Writer {
        private let path: String
        private let file: UnsafeMutablePointer<FILE>
        private var hash = FNV1a()

        /// Begins a file at `path`, over one that is there.
        init(_ path: String, header: Data) throws(MediaError) {
            self.path = path
            guard let file = fopen(path, "wbe") else {
                throw FFmpegStatus(tempera_averror(errno)).writing(path, action: "opening")
            }
            self.file = file
            try put(mark)
            try put(Int64(header.count))
            guard header.withUnsafeBytes({ isWritten($0) }) else { throw lastError }
        }

        deinit { fclose(file) }

        func append(_ packet: AVPacket) throws(MediaError) {
            let sideData = Int(packet.side_data_elems)
            try put(
                Record(
                    pts: packet.pts, dts: packet.dts, duration: packet.duration, flags: packet.flags, size: packet.size,
                    sideData: Int64(sideData)))
            try put(UnsafeRawBufferPointer(start: packet.data, count: Int(packet.size)))
            for i in 0..<sideData {
                let part = packet.side_data[i]
                try put(Int64(part.type.rawValue))
                try put(Int64(part.size))
                try put(UnsafeRawBufferPointer(start: part.data, count: part.size))
            }
        }

        /// Everything is on the disk when this returns.
        func close() throws(MediaError) {
            try put(hash.value)
            guard fflush(file) == 0, fsync(fileno(file)) == 0 else { throw lastError }
        }

        private func put<Value: BitwiseCopyable>(_ value: Value) throws(MediaError) {
            guard withUnsafeBytes(of: value, { isWritten($0) }) else { throw lastError }
        }

        private func put(_ bytes: UnsafeRawBufferPointer) throws(MediaError) {
            guard isWritten(bytes) else { throw lastError }
        }

        private func isWritten(_ bytes: UnsafeRawBufferPointer) -> Bool {
            hash.add(bytes)
            return bytes.isEmpty || fwrite(bytes.baseAddress, 1, bytes.count, file) == bytes.count
        }

        private var lastError: MediaError { FFmpegStatus(tempera_averror(errno)).writing(path, action: "writing") }
    }

    final class Reader {
        /// The encoder's global header.
        private(set) var header = Data()
        private let path: String
        private let file: UnsafeMutablePointer<FILE>
        /// Bytes before the hash: no length in the file may be larger.
        private let size: Int64

        init(_ path: String) throws(MediaError) {
            self.path = path
            guard let file = fopen(path, "rbe") else {
                throw FFmpegStatus(tempera_averror(errno)).reading(path, action: "opening")
            }
            self.file = file
            var status = stat()
            let hashBytes = Int64(MemoryLayout<UInt64>.size)
            size = fstat(fileno(file), &status) == 0 ? Int64(status.st_size) - hashBytes : 0
            guard try isWhole() else { throw .damagedSegment(path) }
            rewind(file)
            guard try get(UInt64.self) == mark else { throw .damagedSegment(path) }
            header = Data(count: try length(get(Int64.self)))
            let isWhole = header.withUnsafeMutableBytes { fread($0.baseAddress, 1, $0.count, file) == $0.count }
            guard isWhole else { throw .damagedSegment(path) }
        }

        deinit { fclose(file) }

        /// The next packet into `packet`; false at the end.
        func read(into packet: UnsafeMutablePointer<AVPacket>) throws(MediaError) -> Bool {
            av_packet_unref(packet)
            if ftell(file) == Int(size) { return false }
            let record = try get(Record.self)
            guard av_new_packet(packet, Int32(try length(Int64(record.size)))) >= 0 else { throw .damagedSegment(path) }
            (packet.pointee.pts, packet.pointee.dts) = (record.pts, record.dts)
            (packet.pointee.duration, packet.pointee.flags) = (record.duration, record.flags)
            try fill(packet.pointee.data, Int(record.size))
            for _ in 0..<(try length(record.sideData)) {
                let type = AVPacketSideDataType(rawValue: UInt32(truncatingIfNeeded: try get(Int64.self)))
                let count = try length(get(Int64.self))
                guard let bytes = av_packet_new_side_data(packet, type, count) else { throw .damagedSegment(path) }
                try fill(bytes, count)
            }
            return true
        }

        /// Whether the file is as it was written.
        private func isWhole() throws(MediaError) -> Bool {
            var hash = FNV1a(), left = Int(size), bytes = [UInt8](repeating: 0, count: 1 << 16)
            while left > 0 {
                let count = fread(&bytes, 1, min(left, bytes.count), file)
                guard count > 0 else { return false }
                bytes.withUnsafeBytes { hash.add(UnsafeRawBufferPointer(rebasing: $0.prefix(count))) }
                left -= count
            }
            return try get(UInt64.self) == hash.value
        }

        private func get<Value: BitwiseCopyable>(_ type: Value.Type) throws(MediaError) -> Value {
            var bytes = [UInt8](repeating: 0, count: MemoryLayout<Value>.size)
            guard fread(&bytes, 1, bytes.count, file) == bytes.count else { throw .damagedSegment(path) }
            return bytes.withUnsafeBytes { $0.loadUnaligned(as: Value.self) }
        }

        private func fill(_ target: UnsafeMutablePointer<UInt8>, _ count: Int) throws(MediaError) {
            guard fread(target, 1, count, file) == count else { throw .damagedSegment(path) }
        }

        private func length(_ stated: Int64) throws(MediaError) -> Int {
            guard stated >= 0, stated <= size else { throw .damagedSegment(path) }
            return Int(stated)
        }
    }
}
