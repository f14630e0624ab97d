/// Where each map of a native run lies in the arena. Maps whose lives do not overlap share bytes.
struct NativeMaps: Sendable {
    struct Map: Sendable {
        var offset = 0
        /// H x W x C elements.
        var bytes = 0
        /// Layers during which it must stay, inclusive.
        var life = 0...0
    }

    /// Raw outputs by layer; empty for the last.
    private(set) var outputs: [Map]
    /// Loaded values kept for a skip, by the layer that keeps them.
    private(set) var kept: [Map]
    private(set) var bytes = 0

    /// - Parameters:
    ///   - width, height: Of the padded result.
    ///   - elementSize: Bytes an element of a map.
    init(graph: NativeGraph, width: Int, height: Int, elementSize: Int) {
        let layers = graph.layers
        outputs = layers.indices.map { i in
            guard i < layers.count - 1 else { return Map() }
            let pixels = (width / layers[i].scaleOut) * (height / layers[i].scaleOut)
            return Map(bytes: pixels * layers[i].convolution.outputs * elementSize, life: i...i + 1)
        }
        kept = layers.indices.map { i in
            guard layers[i].keeps else { return Map() }
            let pixels = (width / layers[i].scaleIn) * (height / layers[i].scaleIn)
            let end = layers.lastIndex { $0.skip == i } ?? i
            return Map(bytes: pixels * layers[i].convolution.inputs * elementSize, life: i...end)
        }
        let maps = outputs + kept
        // Not a multiple of 4 KiB: maps would share cache sets.
        let placement = Placement(maps.map { ($0.bytes > 0 ? $0.bytes.whole(4096) + 64 : 0, $0.life) })
        for (index, offset) in placement.offsets.enumerated() {
            if index < outputs.count { outputs[index].offset = offset } else { kept[index - outputs.count].offset = offset }
        }
        bytes = placement.size
    }
}
