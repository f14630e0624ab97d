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
        place()
    }

    /// Largest first, each at the lowest offset free over its whole life.
    private mutating func place() {
        var placed: [Map] = []
        let order = (outputs.indices.map { (false, $0) } + kept.indices.map { (true, $0) })
            .filter { bytesOf($0) > 0 }.sorted { bytesOf($0) > bytesOf($1) }
        for (isKept, index) in order {
            var map = isKept ? kept[index] : outputs[index]
            map.bytes = (map.bytes + 4095) / 4096 * 4096 + 64  // not a multiple of 4 KiB: maps would share cache sets
            let neighbours = placed.filter { $0.life.overlaps(map.life) }.sorted { $0.offset < $1.offset }
            for other in neighbours where map.offset + map.bytes > other.offset {
                map.offset = max(map.offset, other.offset + other.bytes)
            }
            placed.append(map)
            if isKept { kept[index] = map } else { outputs[index] = map }
            bytes = max(bytes, map.offset + map.bytes)
        }
    }

    private func bytesOf(_ key: (Bool, Int)) -> Int { key.0 ? kept[key.1].bytes : outputs[key.1].bytes }
}
