import Glibc
import Synchronization

/// Where the parts of one block of memory lie. Filled twice in the same way: when a plan asks how much there will be, and
/// when the block is made.
struct MemoryLayoutPlan {
    private(set) var bytes = 0

    /// Room for `count` elements, 64-byte aligned.
    mutating func reserve<T: BitwiseCopyable>(_ count: Int, of type: T.Type = T.self) -> MemoryRegion<T> {
        defer { bytes += (count * MemoryLayout<T>.stride).whole(64) }
        return MemoryRegion(offset: bytes, count: count)
    }
}

/// A part of a block of memory.
struct MemoryRegion<T: BitwiseCopyable>: Sendable {
    let offset: Int
    let count: Int
}

/// One block of memory, zero at first, that holds all that an executor needs at one resolution.
public final class Memory {
    let bytes: Int
    private let start: UnsafeMutableRawPointer

    /// - Throws: `NetworkError.outOfMemory`.
    init(bytes: Int) throws(NetworkError) {
        let start = mmap(nil, max(bytes, 1), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let start, start != MAP_FAILED else { throw .outOfMemory(bytes: bytes) }
        self.bytes = bytes
        self.start = start
        Self.didMap(bytes)
    }

    deinit {
        munmap(start, max(bytes, 1))
        Self.didMap(-bytes)
    }

    /// Addresses that networks and maps have taken, whether or not anything was written there.
    private static let mapped = Atomic(0)

    /// Counts addresses that were taken, or given back.
    package static func didMap(_ bytes: Int) { mapped.add(bytes, ordering: .relaxed) }

    subscript<T>(region: MemoryRegion<T>) -> UnsafeMutablePointer<T> {
        (start + region.offset).bindMemory(to: T.self, capacity: region.count)
    }

    /// Bytes that this process can still take: what the kernel says is available, the control group allows and the limit of
    /// addresses (`ulimit -v`) leaves; nil when none of them is known. What was mapped and not written to counts as free: who
    /// asks knows of it.
    public static func available() -> Int? {
        let free = SystemFile.read("/proc/meminfo")?.split(separator: "\n").first { $0.hasPrefix("MemAvailable:") }
            .flatMap { SystemFile.number($0.dropFirst("MemAvailable:".count)) }.map { $0 * 1024 }
        return [free, ControlGroup().availableMemory(), availableAddresses()].compactMap { $0 }.min()
    }

    /// Bytes of addresses that are left; nil where there is no limit.
    private static func availableAddresses() -> Int? {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0, let most = Int(exactly: limit.rlim_cur),
            let pages = SystemFile.read("/proc/self/statm").flatMap({ SystemFile.number($0) })
        else { return nil }
        return max(0, most - pages * Int(getpagesize()) + mapped.load(ordering: .relaxed))
    }
}
