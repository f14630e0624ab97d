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
            let (dvPlane, dmPlane) = (Self.plane(tiles, input.channels), Self.plane(tiles, output.channels))
            let dv = context.scratch(worker), dm = dv + 36 * dvPlane
            transformOutputAdjoint(dy, mask, image, strip, dm, dmPlane)
            for position in 0..<36 { multiplyAdjoint(position, tiles, dm, dmPlane, dv, dvPlane) }
            addInputAdjoint(dv, dvPlane, image, strip, dx)
        }
    }

    private func backwardInGroups(
        _ x: Map, _ dy: Map, _ mask: Map?, _ dx: Map?, _ weights: UnsafeMutablePointer<Float>?
    ) {
        var accumulate = false
        let du = context.shared, dm = du + 36 * input.channels * output.channels
        forEachGroup(images: dy.shape.images) { group in
            let tiles = group.count * tilesX
            let (vPlane, dmPlane) = (Self.plane(tiles, input.channels), Self.plane(tiles, output.channels))
            let v = dm + 36 * dmPlane, dv = v + 36 * vPlane
            let adds = accumulate
            context.pool.run(group.count) { [self] row, _ in
                let image = (group.lowerBound + row) / tilesY, at = (group.lowerBound + row) % tilesY
                transformOutputAdjoint(dy, mask, image, at..<at + 1, dm + row * tilesX * output.channels, dmPlane)
                if weights != nil { transformInput(x, image, at..<at + 1, v + row * tilesX * input.channels, vPlane) }
            }
            context.pool.run(36) { [self] position, _ in
                if dx != nil { multiplyAdjoint(position, tiles, dm, dmPlane, dv, vPlane) }
                if weights != nil { multiplyWeights(position, tiles, v, vPlane, dm, dmPlane, du, accumulate: adds) }
            }
            accumulate = true
            guard let dx else { return }
            // Even tile rows, then odd ones: neighbours share two rows of pixels.
            for parity in 0..<2 {
                let first = (group.lowerBound + parity) % 2
                context.pool.run((group.count + 1 - first) / 2) { [self] chunk, _ in
                    let row = first + 2 * chunk, image = (group.lowerBound + row) / tilesY,
                        at = (group.lowerBound + row) % tilesY
                    addInputAdjoint(dv + row * tilesX * input.channels, vPlane, image, at..<at + 1, dx)
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

    /// dV = dM U^T at one position.
    private func multiplyAdjoint(
        _ position: Int, _ tiles: Int, _ dm: UnsafePointer<Float>, _ dmPlane: Int, _ dv: UnsafeMutablePointer<Float>,
        _ dvPlane: Int
    ) {
        context.multiply(
            ProductExtent(m: tiles, n: input.channels, k: output.channels),
            LeftMatrix(base: dm + position * dmPlane, row: output.channels),
            .panels(backwardWeights + position * backwardPlane, depth: output.channels), into: dv + position * dvPlane,
            row: input.channels)
    }

    /// dU (+)= V^T dM at one position.
    private func multiplyWeights(
        _ position: Int, _ tiles: Int, _ v: UnsafePointer<Float>, _ vPlane: Int, _ dm: UnsafePointer<Float>,
        _ dmPlane: Int,
        _ du: UnsafeMutablePointer<Float>, accumulate: Bool
    ) {
        context.multiply(
            ProductExtent(m: input.channels, n: output.channels, k: tiles),
            LeftMatrix(base: v + position * vPlane, row: 1, step: input.channels),
            .rows(dm + position * dmPlane, row: output.channels),
            into: du + position * input.channels * output.channels,
            row: output.channels, accumulate: accumulate)
    }
}
