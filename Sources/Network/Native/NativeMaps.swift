/// Where each map of a native run lies in the arena, in bytes. Maps whose lives do not overlap share bytes.
struct NativeMaps: Sendable {
    /// Of the raw outputs, by layer; the last has none.
    let outputs: [Int]
    /// Of the loaded values kept for a skip, by the layer that keeps them.
    let kept: [Int]
    let bytes: Int

    /// - Parameters:
    ///   - width, height: Of the padded result.
    ///   - elementSize: Bytes an element of a map.
    init(graph: NativeGraph, width: Int, height: Int, elementSize: Int) {
        let layers = graph.layers
        /// H x W x C elements, needed from one layer to another.
        func map(_ scale: Int, _ channels: Int, _ life: ClosedRange<Int>) -> (size: Int, life: ClosedRange<Int>) {
            let bytes = (width / scale) * (height / scale) * channels * elementSize
            // Not a multiple of 4 KiB: maps would share cache sets.
            return (bytes.whole(4096) + 64, life)
        }
        let none = (size: 0, life: 0...0)
        let made = layers.indices.map { i in
            i == layers.count - 1 ? none : map(layers[i].scaleOut, layers[i].convolution.outputs, i...i + 1)
        }
        let loaded = layers.indices.map { i in
            guard layers[i].keeps else { return none }
            return map(layers[i].scaleIn, layers[i].convolution.inputs, i...(layers.lastIndex { $0.skip == i } ?? i))
        }
        let placement = Placement(made + loaded)
        outputs = Array(placement.offsets.prefix(layers.count))
        kept = Array(placement.offsets.dropFirst(layers.count))
        bytes = placement.size
    }
}
