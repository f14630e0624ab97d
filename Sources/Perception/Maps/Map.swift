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
final class MapMemory {
    private var blocks: [UnsafeMutablePointer<Float>] = []

    deinit { for block in blocks { block.deallocate() } }

    /// A zeroed block, 64-byte aligned.
    func floats(_ count: Int) -> UnsafeMutablePointer<Float> {
        let bytes = (max(count, 1) + 15) / 16 * 64
        let raw = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
        let block = raw.initializeMemory(as: Float.self, repeating: 0, count: bytes / 4)
        blocks.append(block)
        return block
    }

    func map(_ shape: MapShape) -> Map { Map(shape: shape, base: floats(shape.count)) }
}
