import Glibc
import Network
import Synchronization

/// The extent of a batch of feature maps: images x height x width x channels, channels contiguous.
///
/// Channels are 3 (RGB) or a multiple of 16: the layers round a network's counts up and keep the surplus at zero.
struct MapShape: Hashable, Sendable {
    var images: Int
    var height: Int
    var width: Int
    var channels: Int

    /// - Parameter channels: As the network counts them.
    init(images: Int, height: Int, width: Int, channels: Int) {
        self.images = images
        self.height = height
        self.width = width
        self.channels = Self.stored(channels)
    }

    /// How many channels a map holds for `channels` of the network.
    static func stored(_ channels: Int) -> Int { channels == 3 ? 3 : (channels + 15) / 16 * 16 }

    /// The same with both sides divided.
    func reduced(by factor: Int) -> MapShape {
        var shape = self
        (shape.height, shape.width) = (height / factor, width / factor)
        return shape
    }

    var rowCount: Int { width * channels }
    var imageCount: Int { height * rowCount }
    var count: Int { images * imageCount }
    /// Pixels of one image.
    var pixels: Int { height * width }
}

/// A view of `shape.count` floats that a `MapMemory` owns.
struct Map {
    let shape: MapShape
    let base: UnsafeMutablePointer<Float>

    func image(_ index: Int) -> UnsafeMutablePointer<Float> { base + index * shape.imageCount }

    func row(_ image: Int, _ y: Int) -> UnsafeMutablePointer<Float> { self.image(image) + y * shape.rowCount }

    func fill(_ value: Float) { base.update(repeating: value, count: shape.count) }

    /// The first `images` images of this map.
    func first(_ images: Int) -> Map {
        var part = shape
        part.images = images
        return Map(shape: part, base: base)
    }
}

/// Floats that live as long as this object: all that a trainer needs is taken here once, before its first step.
///
/// Pages come into being as they are touched. So a plan that is larger than the machine can be made, and refused by what
/// its tally says, before it does harm.
final class MapMemory {
    /// Bytes taken, and not given back, while a plan is made.
    final class Tally: Sendable {
        private let sum = Atomic(0)

        var bytes: Int { sum.load(ordering: .relaxed) }

        fileprivate func add(_ bytes: Int) { sum.add(bytes, ordering: .relaxed) }
    }

    /// Counts what the caller's own work takes, whatever runs beside it.
    @TaskLocal static var tally: Tally?
    private var blocks: [(start: UnsafeMutableRawPointer, bytes: Int, tally: Tally?)] = []

    deinit {
        for block in blocks {
            munmap(block.start, block.bytes)
            Memory.didMap(-block.bytes)
            block.tally?.add(-block.bytes)
        }
    }

    /// A zeroed block, 64-byte aligned.
    func floats(_ count: Int) -> UnsafeMutablePointer<Float> {
        let bytes = max(count, 1) * MemoryLayout<Float>.stride
        let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
        guard let start = mmap(nil, bytes, PROT_READ | PROT_WRITE, flags, -1, 0), start != MAP_FAILED else {
            fatalError("no \(bytes) bytes of addresses are left")
        }
        blocks.append((start, bytes, Self.tally))
        Memory.didMap(bytes)
        Self.tally?.add(bytes)
        return start.bindMemory(to: Float.self, capacity: max(count, 1))
    }

    func map(_ shape: MapShape) -> Map { Map(shape: shape, base: floats(shape.count)) }
}
