import CKernels
import Network

/// A 3x3 convolution of stride 1 through Winograd's F(4x4, 3x3): a quarter of the multiplications.
///
/// Tiles of 4x4 outputs become 36 matrix products (tiles x inputs) (inputs x outputs). Where the weights are small a
/// strip of tiles goes through all three steps on one worker, in its cache; where they are large every step runs over
/// a group of tiles with all workers, so that each weight is read once a group.
final class WinogradConvolution: ConvolutionLayer {
    let input: MapShape
    let output: MapShape
    let context: TrainingContext
    private let plan: ConvolutionPlan

    private let tiling: WinogradTiling
    private let rows: [Int32]
    private let columns: [Int32]
    /// Transformed weights, 36 panelled matrices each: (inputs x outputs), and transposed.
    private let forwardWeights: WinogradPlanes
    let backwardWeights: WinogradPlanes
    private let bias: UnsafeMutablePointer<Float>
    private let memory = MapMemory()
    /// Whether products are of bfloat16 pairs. Forward only where no weights are learnt: what a network under training
    /// paints is exact.
    private let forwardPairs: Bool
    let backwardPairs: Bool

    var tilesX: Int { tiling.tilesX }
    var tilesY: Int { tiling.tilesY }
    var stripRows: Int { tiling.stripRows }
    var inGroups: Bool { tiling.inGroups }
    var groupRows: Int { tiling.groupRows }

    init(_ plan: ConvolutionPlan, input: MapShape, context: TrainingContext) {
        self.plan = plan
        self.input = input
        self.context = context
        output = plan.output(for: input)
        tiling = WinogradTiling(plan, input: input, usesPairs: context.usesPairs)
        rows = PaddedAxis(
            length: input.height, upsampling: plan.shape.upsampling, border: 1, padding: plan.padding,
            overhang: tiling.tilesY * 4 - output.height
        ).offsets(step: input.rowCount)
        columns = PaddedAxis(
            length: input.width, upsampling: plan.shape.upsampling, border: 1, padding: plan.padding,
            overhang: tiling.tilesX * 4 - output.width
        ).offsets(step: input.channels)

        forwardPairs = context.usesPairs && !plan.trainsWeights
        backwardPairs = context.usesPairs
        forwardWeights = WinogradPlanes(weights: input.channels, by: output.channels, pairs: forwardPairs, in: memory)
        backwardWeights = WinogradPlanes(
            weights: output.channels, by: plan.passesGradient ? input.channels : 0, pairs: backwardPairs, in: memory)
        bias = memory.floats(output.channels)
        context.reserve(shared: tiling.shared, worker: tiling.worker)
    }

    /// The weights as a (k x n) matrix of kernels: forward k = input, backward k = output.
    func kernels(_ weights: UnsafePointer<Float>, forward: Bool) -> tmp_train_weights {
        let (i, o) = (plan.shape.inputs, plan.shape.outputs)
        return forward
            ? tmp_train_weights(
                weights: weights, k_stride: 9, n_stride: i * 9, k: Int32(input.channels), n: Int32(output.channels),
                used_k: Int32(i), used_n: Int32(o))
            : tmp_train_weights(
                weights: weights, k_stride: i * 9, n_stride: 9, k: Int32(output.channels), n: Int32(input.channels),
                used_k: Int32(o), used_n: Int32(i))
    }

    func load(weights: UnsafePointer<Float>, bias values: UnsafePointer<Float>?) {
        let context = context
        for forward in plan.passesGradient ? [true, false] : [true] {
            let set = kernels(weights, forward: forward)
            let to = forward ? forwardWeights : backwardWeights
            context.pool.run(Int(set.k) / 16) { chunk, _ in
                withUnsafePointer(to: set) {
                    context.kernels.winograd_weights(
                        $0, Int32(chunk * 16), 16, to.base, to.plane, to.pairs ? TMP_TILE_PAIRS : TMP_FLOATS)
                }
            }
        }
        for o in 0..<plan.shape.outputs { bias[o] = values?[o] ?? 0 }
    }

    func forward(_ x: Map, into y: Map) {
        if inGroups { forwardInGroups(x, y) } else { forwardInStrips(x, y) }
    }

    private func forwardInStrips(_ x: Map, _ y: Map) {
        context.forEachStrip(images: x.shape.images, rows: tilesY, height: stripRows) { [self] image, strip, worker in
            let tiles = strip.count * tilesX
            let v = WinogradPlanes(context.scratch(worker), tiles: tiles, channels: input.channels, pairs: forwardPairs)
            let m = WinogradPlanes(v.end, tiles: tiles, channels: output.channels)
            transformInput(x, image, strip, v, at: 0, forwardPairs ? TMP_CHANNEL_PAIRS : TMP_FLOATS)
            for position in 0..<36 { multiply(position, tiles, v, forwardWeights, m) }
            transformOutput(m, at: 0, image, strip, y)
        }
    }

    private func forwardInGroups(_ x: Map, _ y: Map) {
        forEachGroup(images: x.shape.images) { group in
            let tiles = group.count * tilesX
            let v = WinogradPlanes(context.shared, tiles: tiles, channels: input.channels, pairs: forwardPairs)
            let m = WinogradPlanes(v.end, tiles: tiles, channels: output.channels)
            context.pool.run(group.count) { [self] row, _ in
                let image = (group.lowerBound + row) / tilesY, at = (group.lowerBound + row) % tilesY
                transformInput(
                    x, image, at..<at + 1, v, at: row * tilesX, forwardPairs ? TMP_CHANNEL_PAIRS : TMP_FLOATS)
            }
            context.pool.run(36) { [self] position, _ in multiply(position, tiles, v, forwardWeights, m) }
            context.pool.run(group.count) { [self] row, _ in
                let image = (group.lowerBound + row) / tilesY, at = (group.lowerBound + row) % tilesY
                transformOutput(m, at: row * tilesX, image, at..<at + 1, y)
            }
        }
    }

    /// Consecutive ranges of tile rows, counted over all images.
    func forEachGroup(images: Int, _ body: (Range<Int>) -> Void) {
        let groups = Stripes(of: images * tilesY, rows: groupRows)
        for group in 0..<groups.count { body(groups[group]) }
    }

    // MARK: Steps

    /// V = B^T d B of the tile rows `strip` of one image, to the rows of `v` from `at` on.
    func transformInput(_ x: Map, _ image: Int, _ strip: Range<Int>, _ v: WinogradPlanes, at: Int, _ layout: tmp_layout)
    {
        withPatches {
            context.kernels.winograd_input(
                $0, x.image(image), Int32(strip.lowerBound * tilesX), Int32(strip.count * tilesX), v.base, v.plane,
                Int32(at),
                layout)
        }
    }

    /// dX += B dV B^T.
    func addInputAdjoint(_ dv: WinogradPlanes, at: Int, _ image: Int, _ strip: Range<Int>, _ dx: Map) {
        withPatches {
            context.kernels.winograd_input_adjoint(
                $0, dv.base + at * input.channels, dv.plane, Int32(strip.lowerBound * tilesX),
                Int32(strip.count * tilesX),
                dx.image(image))
        }
    }

    private func transformOutput(_ m: WinogradPlanes, at: Int, _ image: Int, _ strip: Range<Int>, _ y: Map) {
        withUnsafePointer(to: outputTiles) {
            context.kernels.winograd_output(
                $0, m.base + at * output.channels, m.plane, Int32(strip.lowerBound * tilesX),
                Int32(strip.count * tilesX), bias,
                plan.relu ? 1 : 0, y.image(image))
        }
    }

    /// dM = A dY A^T, and as tile pairs too where `pairs` are given.
    func transformOutputAdjoint(
        _ dy: Map, _ mask: Map?, _ image: Int, _ strip: Range<Int>, _ dm: WinogradPlanes, pairs: WinogradPlanes?,
        at: Int
    ) {
        withUnsafePointer(to: outputTiles) {
            context.kernels.winograd_output_adjoint(
                $0, dy.image(image), mask?.image(image), Int32(strip.lowerBound * tilesX), Int32(strip.count * tilesX),
                dm.base,
                dm.plane, pairs?.base, pairs?.plane ?? 0, Int32(at), dm.pairs ? TMP_CHANNEL_PAIRS : TMP_FLOATS)
        }
    }

    /// M = V U at one of the 36 positions; both factors are floats or both pairs of channels.
    func multiply(_ position: Int, _ tiles: Int, _ v: WinogradPlanes, _ u: WinogradPlanes, _ m: WinogradPlanes) {
        context.multiply(
            ProductExtent(m: tiles, n: m.row, k: v.row), LeftMatrix(base: v[position], row: v.row),
            .panels(u[position], depth: v.row), into: m[position], row: m.row, pairs: v.pairs)
    }

    private var outputTiles: tmp_tiles {
        tmp_tiles(
            channels: Int32(output.channels), width: Int32(output.width), height: Int32(output.height),
            tiles_x: Int32(tilesX))
    }

    private func withPatches(_ body: (UnsafePointer<tmp_patches>) -> Void) {
        rows.withUnsafeBufferPointer { rows in
            columns.withUnsafeBufferPointer { columns in
                guard let rows = rows.baseAddress, let columns = columns.baseAddress else { return }
                var patches = tmp_patches(
                    channels: Int32(input.channels), tiles_x: Int32(tilesX), rows: rows, columns: columns)
                body(&patches)
            }
        }
    }
}
