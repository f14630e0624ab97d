import CKernels

/// One kernel call on random input: the job, its operands and what came out.
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
    }

    /// Every remainder of tiles, strips and column blocks, and the sizes that networks have.
    static func shapes(_ family: Family) -> [Shape] {
        switch family {
        case .winograd, .winogradUp, .winogradDown:
            let even = family == .winogradDown ? 2 : 1
            return (0..<12).map {
                Shape(
                    width: even * (5 + 3 * $0), height: even * (4 + $0), inputs: 16 * (1 + $0 % 4),
                    outputs: 16 * (1 + $0 % 3), relu: $0 % 2 == 0, skip: $0 % 3 == 0)
            }
        case .first, .last:
            return (0..<10).map {
                Shape(
                    width: 17 + 13 * $0, height: 10 + $0, inputs: family == .first ? 3 : 16 * (1 + $0 % 3),
                    outputs: family == .first ? 16 * (1 + $0 % 3) : 3, kernel: [9, 5, 7, 3, 9][$0 % 5], relu: $0 % 2 == 0)
            }
        case .directFirst, .directLast, .direct, .directDown:
            let even = family == .directFirst || family == .directDown ? 2 : 1
            return (0..<10).map {
                Shape(
                    width: even * (9 + 7 * $0), height: even * (8 + $0), inputs: family == .directFirst ? 3 : 16 * (1 + $0 % 3),
                    outputs: family == .directLast ? 3 : 16 * (1 + $0 % 4), kernel: [5, 3, 9, 7, 5][$0 % 5],
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

    private let family: Family
    private let shape: Shape
    /// Representable in float16, so that every table reads the same numbers.
    private let map: [Float]
    private let skip: [Float]
    private let weights: [Float]
    private let scale: [Float]
    private let shift: [Float]
    private let frame: PixelBuffer

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

    func run(_ pointer: UnsafePointer<tmp_kernels>?) -> Output {
        guard let table = pointer?.pointee else { return Output(values: [], guardsHeld: false) }
        let half = table.arithmetic != TMP_F32
        let (w, h) = (shape.width, shape.height)
        let pixels =
            family.writesFrame ? frame.width * frame.height : mode == TMP_UP ? 4 * w * h : mode == TMP_DOWN ? w * h / 4 : w * h
        let output = GuardedMap(count: pixels * shape.outputs, half: half && !family.writesFrame)
        let input = GuardedMap(map, half: half), added = GuardedMap(skip, half: half)
        let sums = Scratch(NativeStatistics.bytes(chunks: 1, channels: shape.outputs))
        let statistics = NativeStatistics(chunks: 1, channels: shape.outputs, memory: sums.start)
        statistics.reset(chunks: 1, channels: shape.outputs)
        let (k, i, o) = (Int32(shape.kernel), Int32(shape.inputs), Int32(shape.outputs))
        let bias: [Float] = [1, 2, 3]
        scale.withUnsafeBufferPointer { scale in
            shift.withUnsafeBufferPointer { shift in
                bias.withUnsafeBufferPointer { bias in
                    let load = tmp_load(
                        map: UnsafeRawPointer(input.start), skip: shape.skip ? UnsafeRawPointer(added.start) : nil, sum: nil,
                        scale: scale.baseAddress, shift: shift.baseAddress, height: Int32(h), width: Int32(w), channels: i,
                        relu: shape.relu ? 1 : 0)
                    let packed = packedWeights(table)
                    let loadScale = table.arithmetic == TMP_I16 && shape.inputs != 3 ? 8000 / largestLoaded() : 1
                    var job = tmp_end(
                        load: load, load_scale: loadScale, kernel: k, outputs: o, weights: UnsafeRawPointer(packed.weights),
                        weight_scale: UnsafePointer(packed.scales), bias: bias.baseAddress, map: output.start)
                    var picture = tmp_frame(
                        bytes: frame.bytes, stride: frame.stride, width: Int32(frame.width), height: Int32(frame.height))
                    // Cut in two stripes of a few rows.
                    let across = mode == TMP_DOWN ? w / 2 : w, down = mode == TMP_DOWN ? h / 2 : h
                    let rows = stride(from: 0, to: down, by: 6).map { (Int32($0), Int32(min($0 + 6, down))) }
                    let columns = [(Int32(0), Int32(across / 2)), (Int32(across / 2), Int32(across))]
                    switch family {
                    case .winograd, .winogradUp, .winogradDown:
                        var job = tmp_winograd(
                            load: load, mode: mode, outputs: o, weights: UnsafeRawPointer(packed.weights),
                            weight_scale: UnsafePointer(packed.scales), map: output.start)
                        let scratch = Scratch(table.winograd_scratch(mode, i, 5))
                        let tiles = tmp_winograd_tiles(mode, Int32(w)) * tmp_winograd_tiles(mode, Int32(h))
                        for first in stride(from: 0, to: tiles, by: 5) {
                            table.winograd(&job, first, min(5, tiles - first), scratch.start, statistics.shares[0])
                        }
                    case .first:
                        let scratch = Scratch(table.end_scratch(k, Int32(w), i, o))
                        for y in rows {
                            for x in columns { table.first(&job, &picture, x.0, x.1, y.0, y.1, scratch.start, statistics.shares[0]) }
                        }
                    case .last:
                        let scratch = Scratch(table.end_scratch(k, Int32(w), i, o))
                        let values = output.start.assumingMemoryBound(to: Float.self)
                        for y in rows {
                            for x in columns { table.last(&job, &picture, values, x.0, x.1, y.0, y.1, scratch.start) }
                        }
                    case .directFirst, .directLast, .direct, .directDown:
                        var load = load
                        if family == .directFirst { load.map = nil }
                        var job = tmp_direct(
                            load: load, load_scale: loadScale, mode: mode, kernel: k, outputs: o,
                            weights: UnsafeRawPointer(packed.weights), weight_scale: UnsafePointer(packed.scales),
                            bias: bias.baseAddress, map: output.start)
                        let scratch = Scratch(table.direct_scratch(mode, k, Int32(across), i, o))
                        let values = output.start.assumingMemoryBound(to: Float.self)
                        for y in rows {
                            for x in columns {
                                table.direct(
                                    &job, &picture, values, x.0, x.1, y.0, y.1, scratch.start, statistics.shares[0])
                            }
                        }
                    }
                }
            }
        }
        var values = output.values
        if !family.writesFrame {
            for c in 0..<shape.outputs {
                let (mean, variance) = statistics.moments(c, pixels: values.count / shape.outputs)
                let (least, most) = statistics.range(c)
                values += [Float(mean), Float(variance.squareRoot()), least, most]
            }
        }
        return Output(values: values, guardsHeld: output.guardsHeld)
    }

    private var mode: tmp_mode {
        switch family {
        case .winogradUp, .directLast: TMP_UP
        case .winogradDown, .directFirst, .directDown: TMP_DOWN
        default: TMP_SAME
        }
    }

    /// The most a loaded value can be.
    private func largestLoaded() -> Float {
        var largest: Float = 1e-3
        for index in map.indices {
            let c = index % shape.inputs
            largest = max(largest, abs(map[index] * scale[c] + shift[c] + (shape.skip ? skip[index] : 0)))
        }
        return largest
    }

    private func packedWeights(_ table: tmp_kernels) -> PackedWeights.Entry {
        let (k, i, o) = (Int32(shape.kernel), Int32(shape.inputs), Int32(shape.outputs))
        let entry: PackedWeights.Entry
        switch family {
        case .winograd, .winogradUp, .winogradDown:
            entry = PackedWeights.Entry(bytes: table.winograd_packed_bytes(mode, i, o), scales: table.winograd_scales(mode, o))
            table.winograd_pack(weights, mode, i, o, entry.weights, entry.scales)
        case .first, .last:
            entry = PackedWeights.Entry(bytes: table.end_packed_bytes(k, i, o), scales: table.end_scales(k, o))
            table.end_pack(weights, k, i, o, entry.weights, entry.scales)
        case .directFirst, .directLast, .direct, .directDown:
            entry = PackedWeights.Entry(bytes: table.direct_packed_bytes(mode, k, i, o), scales: table.direct_scales(mode, o))
            table.direct_pack(weights, mode, k, i, o, entry.weights, entry.scales)
        }
        return entry
    }
}

/// Numbers as a table's maps hold them, one element off alignment, with guard bytes on both sides.
private final class GuardedMap {
    private let memory: UnsafeMutableRawPointer
    private let count: Int
    private let half: Bool
    private static let guardBytes = 256
    private static let mark: UInt8 = 0xa5

    private var size: Int { half ? 2 : 4 }
    private var offset: Int { Self.guardBytes + size }
    var start: UnsafeMutableRawPointer { memory + offset }

    init(count: Int, half: Bool) {
        self.count = count
        self.half = half
        let total = count * (half ? 2 : 4) + 2 * Self.guardBytes + 64
        memory = .allocate(byteCount: total, alignment: 64)
        memory.initializeMemory(as: UInt8.self, repeating: Self.mark, count: total)
    }

    convenience init(_ values: [Float], half: Bool) {
        self.init(count: values.count, half: half)
        for (index, value) in values.enumerated() {
            if half {
                start.storeBytes(of: Float16(value).bitPattern, toByteOffset: 2 * index, as: UInt16.self)
            } else {
                start.storeBytes(of: value, toByteOffset: 4 * index, as: Float.self)
            }
        }
    }

    deinit { memory.deallocate() }

    var values: [Float] {
        (0..<count).map { index in
            half
                ? Float(Float16(bitPattern: start.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self)))
                : start.loadUnaligned(fromByteOffset: 4 * index, as: Float.self)
        }
    }

    var guardsHeld: Bool {
        let after = offset + count * size
        return (0..<offset).allSatisfy { memory.load(fromByteOffset: $0, as: UInt8.self) == Self.mark }
            && (after..<after + Self.guardBytes).allSatisfy { memory.load(fromByteOffset: $0, as: UInt8.self) == Self.mark }
    }
}

/// Scratch of one call.
private final class Scratch {
    let start: UnsafeMutableRawPointer
    init(_ bytes: Int) { start = .allocate(byteCount: bytes, alignment: 64) }
    deinit { start.deallocate() }
}
