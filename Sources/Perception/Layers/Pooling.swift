import CKernels

/// How 2x2 blocks become one pixel.
public enum Pooling: String, Sendable, CaseIterable {
    case max
    case average
}

/// 2x2 pooling with stride 2; an odd last row or column is left out.
struct PoolingLayer {
    let pooling: Pooling
    let context: TrainingContext

    static func output(for input: MapShape) -> MapShape {
        MapShape(images: input.images, height: input.height / 2, width: input.width / 2, channels: input.channels)
    }

    func forward(_ x: Map, into y: Map) {
        let kernel = pooling == .max ? context.kernels.max_pool : context.kernels.average_pool
        context.forEachStrip(images: x.shape.images, rows: y.shape.height, height: 4) { image, rows, _ in
            for row in rows {
                kernel(
                    x.row(image, 2 * row), x.shape.rowCount, Int32(y.shape.width), Int32(y.shape.channels),
                    y.row(image, row))
            }
        }
    }

    /// Writes `dx`. With maximum pooling the first of the four that holds it takes the gradient.
    func backward(_ x: Map, _ y: Map, dy: Map, dx: Map) {
        if x.shape.height % 2 + x.shape.width % 2 > 0 { context.zero(dx) }
        context.forEachStrip(images: x.shape.images, rows: y.shape.height, height: 4) {
            [pooling, context] image, rows, _ in
            for row in rows {
                let (width, channels) = (Int32(y.shape.width), Int32(y.shape.channels))
                switch pooling {
                case .max:
                    context.kernels.max_pool_backward(
                        x.row(image, 2 * row), y.row(image, row), dy.row(image, row), x.shape.rowCount, width, channels,
                        dx.row(image, 2 * row))
                case .average:
                    context.kernels.average_pool_backward(
                        dy.row(image, row), x.shape.rowCount, width, channels, dx.row(image, 2 * row))
                }
            }
        }
    }
}

extension TrainingContext {
    /// Sets `map` to 0 where `mask` is not positive.
    func silence(_ map: Map, where mask: Map) {
        forEachStrip(images: map.shape.images, rows: map.shape.height, height: 8) { image, rows, _ in
            let to = map.row(image, rows.lowerBound), from = mask.row(image, rows.lowerBound)
            for i in 0..<rows.count * map.shape.rowCount { to[i] = from[i] > 0 ? to[i] : 0 }
        }
    }

    /// Sets a map to 0.
    func zero(_ map: Map) {
        forEachStrip(images: map.shape.images, rows: map.shape.height, height: 16) { image, rows, _ in
            map.row(image, rows.lowerBound).update(repeating: 0, count: rows.count * map.shape.rowCount)
        }
    }
}
