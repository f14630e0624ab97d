/// Copies what a stretch of output pixels sees of an input map, tap by tap, as if the map were enlarged and padded.
struct ColumnSource {
    let convolution: Convolution
    /// Inputs x height x width.
    let input: UnsafeMutablePointer<Float>
    let height: Int
    let width: Int
    /// Enlargement that the indices stand for.
    let scale: Int
    /// Row y of the enlarged, padded map is row `rowIndex[y]` of the input; columns alike.
    let rowIndex: UnsafeMutablePointer<Int32>
    let columnIndex: UnsafeMutablePointer<Int32>

    init(
        _ convolution: Convolution, regions: BLASLayout.Layer, memory: Memory, map: Plan.Map,
        maps: UnsafeMutablePointer<Float>
    ) {
        self.convolution = convolution
        input = maps + map.offset
        height = map.height
        width = map.width
        rowIndex = memory[regions.rowIndex]
        columnIndex = memory[regions.columnIndex]
        scale = regions.method == .phases ? 1 : convolution.upsampling
        for (index, count, side) in [
            (rowIndex, regions.rowIndex.count, height), (columnIndex, regions.columnIndex.count, width),
        ] {
            for i in 0..<count {
                let position = i - convolution.kernel / 2
                // A phase of a doubled map sees the small one with its ends repeated: that is what the mirror image of a
                // doubled end is.
                index[i] = Int32(
                    regions.method == .phases
                        ? min(max(position, 0), side - 1) : convolution.source(of: position, length: side))
            }
        }
    }

    /// Writes, for output pixels `range` of a map `outputWidth` wide, the inputs under each of the k·k taps:
    /// (ky, kx, channel) x pixels.
    func fill(_ matrix: UnsafeMutablePointer<Float>, pixels range: Range<Int>, outputWidth: Int, stride: Int) {
        let c = convolution
        var row = matrix
        for ky in 0..<c.kernel {
            for kx in 0..<c.kernel {
                for channel in 0..<c.inputs {
                    var pixel = range.lowerBound
                    while pixel < range.upperBound {
                        let y = pixel / outputWidth, x = pixel % outputWidth
                        let count = min(outputWidth - x, range.upperBound - pixel)
                        copy(
                            row: y * stride + ky, channel: channel, column: x * stride + kx, step: stride, count,
                            to: row)
                        row += count
                        pixel += count
                    }
                }
            }
        }
    }

    /// Writes `count` elements of a padded row, `step` apart from `column` on.
    func copy(row: Int, channel: Int, column: Int, step: Int, _ count: Int, to target: UnsafeMutablePointer<Float>) {
        let source = input + (channel * height + Int(rowIndex[row])) * width
        let index = columnIndex + column
        guard step == 1 && scale == 1 else {
            for i in 0..<count { target[i] = source[Int(index[i * step])] }
            return
        }
        // The first and the last may be reflected; what lies between is as it is in the map.
        let left = min(count, max(0, convolution.kernel / 2 - column))
        let right = min(count - left, max(0, column + count - convolution.kernel / 2 - width))
        for i in 0..<left { target[i] = source[Int(index[i])] }
        (target + left).update(from: source + Int(index[min(left, count - 1)]), count: count - left - right)
        for i in (count - right)..<count { target[i] = source[Int(index[i])] }
    }
}
