import Network

/// A large sum shared among threads whose result does not depend on who did what: a fixed number of lanes, each over
/// its own run of strips, added in order at the end.
final class LaneSums {
    private static let lanes = 8
    private let count: Int
    private let memory = MapMemory()
    private let values: UnsafeMutablePointer<Float>

    /// - Parameter count: Values of the sum.
    init(count: Int) {
        self.count = count
        values = memory.floats(count * Self.lanes)
    }

    /// The sum after `run`: `count` values.
    var total: UnsafeMutablePointer<Float> { values }

    /// Runs `body` over rows 0..<rows of every image, in strips of at most `height` rows; it adds its part to `sum`.
    func run(
        images: Int, rows: Int, height: Int, context: TrainingContext,
        _ body: @escaping (_ image: Int, _ rows: Range<Int>, _ sum: UnsafeMutablePointer<Float>, _ worker: Int) -> Void
    ) {
        let (lanes, count, values) = (Self.lanes, count, values)
        let strips = Stripes(of: rows, rows: height), all = images * strips.count
        context.pool.run(lanes) { lane, worker in
            let sum = values + lane * count
            sum.update(repeating: 0, count: count)
            for strip in all * lane / lanes..<all * (lane + 1) / lanes {
                body(strip / strips.count, strips[strip % strips.count], sum, worker)
            }
        }
        for lane in 1..<lanes {
            let sum = values + lane * count
            for i in 0..<count { values[i] += sum[i] }
        }
    }
}
