import CKernels

extension WinogradConvolution {
    func backward(_ x: Map, dy: Map, mask: Map?, dx: Map?, weights: UnsafeMutablePointer<Float>?) {
        if inGroups || weights != nil {
            backwardInGroups(x, dy, mask, dx, weights)
        } else if let dx {
            backwardInStrips(dy, mask, dx)
        }
    }

    private func backwardInStrips(_ dy: Map, _ mask: Map?, _ dx: Map) {
        context.forEachOverlappingStrip(images: dy.shape.images, rows: tilesY, height: stripRows) {
            [self] image, strip, worker in
            let tiles = strip.count * tilesX
            let dv = WinogradPlanes(context.scratch(worker), tiles: tiles, channels: input.channels)
            let dm = WinogradPlanes(dv.end, tiles: tiles, channels: output.channels, pairs: backwardPairs)
            transformOutputAdjoint(dy, mask, image, strip, dm, pairs: nil, at: 0)
            for position in 0..<36 { multiply(position, tiles, dm, backwardWeights, dv) }
            addInputAdjoint(dv, at: 0, image, strip, dx)
        }
    }

    private func backwardInGroups(
        _ x: Map, _ dy: Map, _ mask: Map?, _ dx: Map?, _ weights: UnsafeMutablePointer<Float>?
    ) {
        let du = context.shared
        var isFirst = true
        forEachGroup(images: dy.shape.images) { group in
            let planes = GroupPlanes(du + 36 * input.channels * output.channels, tiles: group.count * tilesX, of: self)
            transform(group, planes, x, dy, mask, forWeights: weights != nil)
            let accumulate = !isFirst
            context.pool.run(36) { [self] position, _ in
                if dx != nil { multiply(position, planes.tiles, planes.dm, backwardWeights, planes.dv) }
                if weights != nil { multiplyWeights(position, planes, du, accumulate: accumulate) }
            }
            isFirst = false
            guard let dx else { return }
            // Even tile rows, then odd ones: neighbours share two rows of pixels.
            for parity in 0..<2 {
                context.pool.run((group.count + 1 - parity) / 2) { [self] chunk, _ in
                    let row = 2 * chunk + parity, image = (group.lowerBound + row) / tilesY,
                        at = (group.lowerBound + row) % tilesY
                    addInputAdjoint(planes.dv, at: row * tilesX, image, at..<at + 1, dx)
                }
            }
        }
        guard let weights else { return }
        let set = kernels(weights, forward: true), plane = input.channels * output.channels
        context.pool.run(Int(set.k) / 16) { [self] chunk, _ in
            withUnsafePointer(to: set) {
                context.kernels.winograd_weights_adjoint($0, Int32(chunk * 16), 16, du, plane, weights)
            }
        }
    }

    /// What a group of tiles needs on the way back.
    private struct GroupPlanes {
        let tiles: Int
        /// For dV: rows are tiles.
        let dm: WinogradPlanes
        /// For dU: the same as `dm`, or as pairs of tiles.
        let dmPairs: WinogradPlanes
        let v: WinogradPlanes
        let dv: WinogradPlanes

        init(_ base: UnsafeMutablePointer<Float>, tiles: Int, of layer: WinogradConvolution) {
            let (inputs, outputs, pairs) = (layer.input.channels, layer.output.channels, layer.backwardPairs)
            self.tiles = tiles
            dm = WinogradPlanes(base, tiles: tiles, channels: outputs, pairs: pairs)
            dmPairs = pairs ? WinogradPlanes(dm.end, tilePairs: tiles, channels: outputs) : dm
            v =
                pairs
                ? WinogradPlanes(dmPairs.end, tilePairs: tiles, channels: inputs)
                : WinogradPlanes(dm.end, tiles: tiles, channels: inputs)
            dv = WinogradPlanes(v.end, tiles: tiles, channels: inputs)
        }
    }

    /// Two tile rows at a time: so a pair of tiles has one writer.
    private func transform(
        _ group: Range<Int>, _ planes: GroupPlanes, _ x: Map, _ dy: Map, _ mask: Map?, forWeights: Bool
    ) {
        context.pool.run((group.count + 1) / 2) { [self] chunk, _ in
            for row in 2 * chunk..<min(2 * chunk + 2, group.count) {
                let image = (group.lowerBound + row) / tilesY, at = (group.lowerBound + row) % tilesY
                transformOutputAdjoint(
                    dy, mask, image, at..<at + 1, planes.dm, pairs: forWeights && backwardPairs ? planes.dmPairs : nil,
                    at: row * tilesX)
                if forWeights {
                    transformInput(
                        x, image, at..<at + 1, planes.v, at: row * tilesX, backwardPairs ? TMP_TILE_PAIRS : TMP_FLOATS)
                }
            }
        }
    }

    /// dU (+)= V^T dM at one position.
    private func multiplyWeights(
        _ position: Int, _ planes: GroupPlanes, _ du: UnsafeMutablePointer<Float>, accumulate: Bool
    ) {
        context.multiply(
            ProductExtent(
                m: input.channels, n: output.channels, k: backwardPairs ? (planes.tiles + 1) / 2 : planes.tiles),
            LeftMatrix(base: planes.v[position], row: 1, step: input.channels),
            .rows(planes.dmPairs[position], row: output.channels),
            into: du + position * input.channels * output.channels,
            row: output.channels, accumulate: accumulate, pairs: backwardPairs)
    }
}
