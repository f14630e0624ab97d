import CKernels

/// One layer on random input: its operands, and what must come out of every kernel alike.
struct KernelCase {
    enum Family: String, CaseIterable {
        case winograd
        case winogradUp = "winograd, nearest x2"
        case winogradDown = "winograd, stride 2"
        case first
        case last
        case directFirst = "first, stride 2"
        case directLast = "last, nearest x2"
        case direct
        case directDown = "direct, stride 2"

        var writesFrame: Bool { self == .last || self == .directLast }
    }

    struct Shape {
        var width, height, inputs, outputs: Int
        var kernel = 3
        var relu = false, skip = false
        /// Whether the loaded values are kept for a later skip.
        var keeps = false
        /// Last layer: the picture is added, enlarged by this; 0 for not at all.
        var enlargement = 0
    }

    /// Every remainder of tiles, strips and column blocks, and the sizes that networks have.
    static func shapes(_ family: Family) -> [Shape] {
        switch family {
        case .winograd, .winogradUp, .winogradDown:
            let even = family == .winogradDown ? 2 : 1
            return (0..<12).map {
                Shape(
                    width: even * (5 + 3 * $0), height: even * (4 + $0), inputs: 16 * (1 + $0 % 4),
                    outputs: 16 * (1 + $0 % 3), relu: $0 % 2 == 0, skip: $0 % 3 == 0,
                    keeps: family == .winograd && $0 % 4 < 2)
            }
        case .first, .last:
            return (0..<10).map {
                Shape(
                    width: 17 + 13 * $0, height: 10 + $0, inputs: family == .first ? 3 : 16 * (1 + $0 % 3),
                    outputs: family == .first ? 16 * (1 + $0 % 3) : 3, kernel: [9, 5, 7, 3, 1, 15, 11, 13, 9, 5][$0], relu: $0 % 2 == 0,
                    enlargement: family == .last ? $0 % 4 : 0)
            }
        case .directFirst, .directLast, .direct, .directDown:
            let even = family == .directFirst || family == .directDown ? 2 : 1
            let isEnd = family == .directFirst || family == .directLast
            return (0..<10).map {
                Shape(
                    width: even * (9 + 7 * $0), height: even * (8 + $0), inputs: family == .directFirst ? 3 : 16 * (1 + $0 % 3),
                    outputs: family == .directLast ? 3 : 16 * (1 + $0 % 4), kernel: isEnd ? [5, 3, 9, 7, 1, 15, 11, 13, 5, 9][$0] : [5, 3, 9, 7][$0 % 4],
                    relu: $0 % 2 == 0, skip: $0 % 3 == 0)
            }
        }
    }

    struct Output {
        var values: [Float]
        var guardsHeld: Bool

        /// Largest difference, as a share of the largest expected value.
        func difference(to expected: Output) -> Double {
            let largest = expected.values.reduce(Float(1e-20)) { max($0, abs($1)) }
            let worst = zip(values, expected.values).reduce(Float(0)) { $1.0.isFinite ? max($0, abs($1.0 - $1.1)) : .infinity }
            return values.count == expected.values.count ? Double(worst / largest) : .infinity
        }
    }

    let family: Family
    let shape: Shape
    /// Representable in float16, so that every table reads the same numbers.
    let map: [Float]
    let skip: [Float]
    let weights: [Float]
    let scale: [Float]
    let shift: [Float]
    let frame: PixelBuffer

    init(family: Family, shape: Shape, random: inout SplitMix64) {
        func values(_ count: Int, _ range: ClosedRange<Float>) -> [Float] {
            (0..<count).map { _ in
                switch Int.random(in: 0..<40, using: &random) {
                case 0: 0
                case 1: 6e-8  // a float16 denormal
                default: Float(Float16(Float.random(in: range, using: &random)))
                }
            }
        }
        self.family = family
        self.shape = shape
        map = values(shape.width * shape.height * shape.inputs, -4...4)
        skip = values(shape.width * shape.height * shape.inputs, -2...2)
        weights = values(shape.outputs * shape.inputs * shape.kernel * shape.kernel, -0.2...0.2)
        scale = values(shape.inputs, 0.2...1.5)
        shift = values(shape.inputs, -1...1)
        // With stride 2 a row and a column less than the map, which reflection adds; enlarged, without the last of each.
        let (factor, less) = family == .directFirst ? (1, 1) : family == .directLast ? (2, 1) : (1, 0)
        frame = PixelBuffer(width: factor * shape.width - less, height: factor * shape.height - less)
        for y in 0..<frame.height {
            for i in 0..<3 * frame.width { frame.row(y)[i] = UInt8.random(in: 0...255, using: &random) }
        }
    }

    /// Runs the kernels of `table` in small pieces.
    func run(_ table: UnsafePointer<tmp_kernels>?) -> Output {
        guard let table else { return Output(values: [], guardsHeld: false) }
        let job = KernelJob(self, table: table, tiles: 5, rows: 6, stripes: 2)
        job.run()
        return job.result
    }

    var mode: tmp_mode {
        switch family {
        case .winogradUp, .directLast: TMP_UP
        case .winogradDown, .directFirst, .directDown: TMP_DOWN
        default: TMP_SAME
        }
    }

    /// The most a loaded value can be.
    func largestLoaded() -> Float {
        var largest: Float = 1e-3
        for index in map.indices {
            let c = index % shape.inputs
            largest = max(largest, abs(map[index] * scale[c] + shift[c] + (shape.skip ? skip[index] : 0)))
        }
        return largest
    }
}
