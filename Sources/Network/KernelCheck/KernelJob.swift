import CKernels

/// A kernel case made ready for the kernels of one table: its operands as they read them, and the calls that cover it.
final class KernelJob {
    private let kernelCase: KernelCase
    private let output: GuardedMap
    /// Where the loaded values go.
    private let kept: GuardedMap?
    private let statistics: NativeStatistics
    private let body: () -> Void

    /// - Parameters:
    ///   - tiles: Winograd tiles a call.
    ///   - rows: Output rows a call of the others; a multiple of 3.
    ///   - stripes: Parts that their rows are cut into.
    ///   - aligned: Maps begin at cache lines, not one element after.
    init(
        _ kernelCase: KernelCase, table pointer: UnsafePointer<tmp_kernels>, tiles: Int, rows: Int, stripes: Int,
        aligned: Bool = false
    ) {
        let table = pointer.pointee, half = table.arithmetic != TMP_F32
        let shape = kernelCase.shape, family = kernelCase.family, mode = kernelCase.mode, frame = kernelCase.frame
        let (w, h, k, i, o) = (shape.width, shape.height, Int32(shape.kernel), Int32(shape.inputs), Int32(shape.outputs))
        let pixels =
            family.writesFrame ? frame.width * frame.height : mode == TMP_UP ? 4 * w * h : mode == TMP_DOWN ? w * h / 4 : w * h
        let output = GuardedMap(count: pixels * shape.outputs, half: half && !family.writesFrame, aligned: aligned)
        let input = GuardedMap(kernelCase.map, half: half, aligned: aligned)
        let skip = GuardedMap(kernelCase.skip, half: half, aligned: aligned)
        let kept = shape.keeps ? GuardedMap(count: kernelCase.map.count, half: half, aligned: aligned) : nil
        let floats = GuardedMap(kernelCase.scale + kernelCase.shift + [1, 2, 3], half: false, aligned: aligned)
        let parameters = floats.start.assumingMemoryBound(to: Float.self)
        let sums = Scratch(NativeStatistics.bytes(chunks: 1, channels: shape.outputs))
        let statistics = NativeStatistics(chunks: 1, channels: shape.outputs, memory: sums.start)
        let share = statistics.shares[0]
        let packed = Self.packedWeights(kernelCase, table)
        let load = tmp_load(
            map: family == .directFirst ? nil : UnsafeRawPointer(input.start),
            skip: shape.skip ? UnsafeRawPointer(skip.start) : nil, sum: kept?.start, scale: parameters,
            shift: parameters + shape.inputs, height: Int32(h), width: Int32(w), channels: i, relu: shape.relu ? 1 : 0)
        let loadScale = table.arithmetic == TMP_I16 && shape.inputs != 3 ? 8000 / kernelCase.largestLoaded() : 1
        let (weights, scales) = (UnsafeRawPointer(packed.weights), UnsafePointer(packed.scales))
        let bias = UnsafePointer(parameters + 2 * shape.inputs)
        var picture = tmp_frame(
            bytes: frame.bytes, stride: frame.stride, width: Int32(frame.width), height: Int32(frame.height))
        let values = family.writesFrame ? output.start.assumingMemoryBound(to: Float.self) : nil
        let across = mode == TMP_DOWN ? w / 2 : w, down = mode == TMP_DOWN ? h / 2 : h
        // Half-open, x then y.
        let pieces = stride(from: 0, to: down, by: rows).flatMap { y in
            (0..<stripes).map { stripe in
                (
                    x: (Int32(stripe * across / stripes), Int32((stripe + 1) * across / stripes)),
                    y: (Int32(y), Int32(min(y + rows, down)))
                )
            }
        }
        let keep: [AnyObject] = [input, skip, floats, sums, packed, frame]

        switch family {
        case .winograd, .winogradUp, .winogradDown:
            var job = tmp_winograd(load: load, mode: mode, outputs: o, weights: weights, weight_scale: scales, map: output.start)
            let scratch = Scratch(table.winograd_scratch(mode, i, Int32(tiles)))
            let count = Int(tmp_winograd_tiles(mode, Int32(w)) * tmp_winograd_tiles(mode, Int32(h)))
            body = {
                withExtendedLifetime(keep) {
                    for first in stride(from: 0, to: count, by: tiles) {
                        table.winograd(&job, Int32(first), Int32(min(tiles, count - first)), scratch.start, share)
                    }
                }
            }
        case .first, .last:
            var job = tmp_end(
                load: load, load_scale: loadScale, kernel: k, outputs: o, weights: weights, weight_scale: scales, bias: bias,
                map: output.start, picture: shape.enlargement > 0 ? picture : tmp_frame(),
                enlargement: Int32(shape.enlargement))
            let scratch = Scratch(table.end_scratch(k, Int32(w), i, o))
            body = {
                withExtendedLifetime(keep) {
                    for (x, y) in pieces {
                        if family == .first {
                            table.first(&job, &picture, x.0, x.1, y.0, y.1, scratch.start, share)
                        } else {
                            table.last(&job, &picture, values, x.0, x.1, y.0, y.1, scratch.start)
                        }
                    }
                }
            }
        case .directFirst, .directLast, .direct, .directDown:
            var job = tmp_direct(
                load: load, load_scale: loadScale, mode: mode, kernel: k, outputs: o, weights: weights, weight_scale: scales,
                bias: bias, map: output.start)
            let scratch = Scratch(table.direct_scratch(mode, k, Int32(across), i, o))
            body = {
                withExtendedLifetime(keep) {
                    for (x, y) in pieces {
                        table.direct(&job, &picture, values, x.0, x.1, y.0, y.1, scratch.start, share)
                    }
                }
            }
        }
        self.kernelCase = kernelCase
        self.output = output
        self.kept = kept
        self.statistics = statistics
    }

    func run() {
        statistics.reset(chunks: 1, channels: kernelCase.shape.outputs)
        body()
    }

    /// What the last run wrote, statistics included.
    var result: KernelCase.Output {
        var values = output.values
        if !kernelCase.family.writesFrame {
            let channels = kernelCase.shape.outputs, pixels = values.count / channels
            for c in 0..<channels {
                let (mean, variance) = statistics.moments(c, pixels: pixels)
                let (least, most) = statistics.range(c)
                values += [Float(mean), Float(variance.squareRoot()), least, most]
            }
        }
        values += kept?.values ?? []
        return KernelCase.Output(values: values, guardsHeld: output.guardsHeld && kept?.guardsHeld != false)
    }

    private static func packedWeights(_ kernelCase: KernelCase, _ table: tmp_kernels) -> PackedWeights.Entry {
        let shape = kernelCase.shape, mode = kernelCase.mode, weights = kernelCase.weights
        let (k, i, o) = (Int32(shape.kernel), Int32(shape.inputs), Int32(shape.outputs))
        let entry: PackedWeights.Entry
        switch kernelCase.family {
        case .winograd, .winogradUp, .winogradDown:
            entry = PackedWeights.Entry(bytes: table.winograd_packed_bytes(mode, i, o), scales: table.winograd_scales(mode, o))
            table.winograd_pack(weights, mode, i, o, entry.weights, entry.scales)
        case .first, .last:
            entry = PackedWeights.Entry(bytes: table.end_packed_bytes(k, i, o), scales: table.end_scales(k, o))
            table.end_pack(weights, k, i, o, entry.weights, entry.scales)
        case .directFirst, .directLast, .direct, .directDown:
            entry = PackedWeights.Entry(
                bytes: table.direct_packed_bytes(mode, k, i, o), scales: table.direct_scales(mode, o))
            table.direct_pack(weights, mode, k, i, o, entry.weights, entry.scales)
        }
        return entry
    }
}
