/// Three blocks of memory that gradients take turns in on their way back through a network.
final class GradientBuffers {
    private let memory = MapMemory()
    private let blocks: [UnsafeMutablePointer<Float>]

    /// - Parameter count: Floats of the largest gradient.
    init(count: Int) { blocks = (0..<3).map { [memory] _ in memory.floats(count) } }

    /// A map in the first block that none of `taken` uses; at most two may be taken.
    func map(_ shape: MapShape, besides taken: [Map]) -> Map {
        let free = blocks.first { block in !taken.contains { $0.base == block } }
        return Map(shape: shape, base: free ?? blocks[2])
    }
}
