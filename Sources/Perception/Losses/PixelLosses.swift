import CKernels
import Network

/// Losses that compare values one by one.
extension TrainingContext {
    /// `weight` times the mean squared difference of two maps; adds its gradient with respect to `x` to `gradient`.
    func squaredDifference(_ x: Map, _ target: Map, weight: Float, gradient: Map) -> Double {
        let count = x.shape.count, height = (x.shape.height + 15) / 16
        let strips = Stripes(of: x.shape.height, rows: height).count
        var sums = [Double](repeating: 0, count: x.shape.images * strips)
        sums.withUnsafeMutableBufferPointer { sums in
            guard let sums = sums.baseAddress else { return }
            forEachStrip(images: x.shape.images, rows: x.shape.height, height: height) { [kernels] image, rows, _ in
                let first = rows.lowerBound
                sums[image * strips + first / height] = kernels.difference(
                    x.row(image, first), target.row(image, first), Int64(rows.count * x.shape.rowCount),
                    2 * weight / Float(count),
                    gradient.row(image, first))
            }
        }
        return Double(weight) * sums.reduce(0, +) / Double(count)
    }

    /// `weight` times the mean square of what lies beyond 0…255; adds its gradient to `gradient`.
    func beyondRange(_ x: Map, weight: Float, gradient: Map) -> Double {
        let factor = 2 * weight / Float(x.shape.count)
        var total = 0.0
        for image in 0..<x.shape.images {
            for y in 0..<x.shape.height {
                let at = x.row(image, y), to = gradient.row(image, y)
                var sum: Float = 0
                for i in 0..<x.shape.rowCount {
                    let beyond = at[i] - min(255, max(0, at[i]))
                    sum += beyond * beyond
                    to[i] += factor * beyond
                }
                total += Double(sum)
            }
        }
        return Double(weight) * total / Double(x.shape.count)
    }

    /// `weight` times (mean |d/dy| + mean |d/dx|) over all images and channels: anisotropic total variation. Adds its
    /// gradient to `gradient`, taking 0 where a difference is 0.
    func totalVariation(_ x: Map, weight: Float, gradient: Map) -> Double {
        let shape = x.shape, row = shape.rowCount, step = shape.channels
        let vertical = weight / Float(shape.images * (shape.height - 1) * row)
        let horizontal = weight / Float(shape.images * shape.height * (row - step))
        var sums = [Double](repeating: 0, count: shape.images)
        sums.withUnsafeMutableBufferPointer { sums in
            guard let sums = sums.baseAddress else { return }
            pool.run(shape.images) { image, _ in
                var total = 0.0
                for y in 0..<shape.height {
                    let at = x.row(image, y), to = gradient.row(image, y)
                    var (right, down): (Float, Float) = (0, 0)
                    for i in 0..<row - step {
                        let d = at[i + step] - at[i]
                        right += abs(d)
                        let slope = d > 0 ? horizontal : d < 0 ? -horizontal : 0
                        to[i + step] += slope
                        to[i] -= slope
                    }
                    total += Double(right * horizontal)
                    guard y + 1 < shape.height else { continue }
                    for i in 0..<row {
                        let d = at[i + row] - at[i]
                        down += abs(d)
                        let slope = d > 0 ? vertical : d < 0 ? -vertical : 0
                        to[i + row] += slope
                        to[i] -= slope
                    }
                    total += Double(down * vertical)
                }
                sums[image] = total
            }
        }
        return sums.reduce(0, +)
    }
}
