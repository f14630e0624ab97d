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

    let tilesX: Int
    let tilesY: Int
    private let rows: [Int32]
    private let columns: [Int32]
    /// Transformed weights, 36 planes of panels of 32 columns: (inputs x outputs), and transposed.
    let forwardWeights: UnsafeMutablePointer<Float>
    let backwardWeights: UnsafeMutablePointer<Float>
    let forwardPlane: Int
    let backwardPlane: Int
    private let bias: UnsafeMutablePointer<Float>
    private let memory = MapMemory()
    /// Tile rows of a strip that one worker takes through all steps.
    let stripRows: Int
    /// Whether steps run over groups of strips with all workers.
    let inGroups: Bool
    /// Tile rows (counted over all images) of one group.
    let groupRows: Int

    init(_ plan: ConvolutionPlan, input: MapShape, context: TrainingContext) {
        self.plan = plan
        self.input = input
        self.context = context
        output = plan.output(for: input)
        tilesX = (output.width + 3) / 4
        tilesY = (output.height + 3) / 4
        rows = PaddedAxis(
            length: input.height, upsampling: plan.shape.upsampling, border: 1, padding: plan.padding,
            overhang: tilesY * 4 - output.height
        ).offsets(step: input.rowCount)
        columns = PaddedAxis(
            length: input.width, upsampling: plan.shape.upsampling, border: 1, padding: plan.padding,
            overhang: tilesX * 4 - output.width
        ).offsets(step: input.channels)

        forwardPlane = RightMatrix.panelCount(depth: input.channels, columns: output.channels)
        backwardPlane = RightMatrix.panelCount(depth: output.channels, columns: input.channels)
        forwardWeights = memory.floats(36 * forwardPlane)
        backwardWeights = memory.floats(plan.passesGradient ? 36 * backwardPlane : 0)
        bias = memory.floats(output.channels)

        stripRows = max(1, min(tilesY, 48 / tilesX))
        // Transformed weights of 4 MiB and more are dear to read once a strip.
        inGroups = forwardPlane * 36 >= 1 << 20
        groupRows = inGroups && !plan.trainsWeights ? input.images * tilesY : max(1, 512 / tilesX)

        let stripTiles = stripRows * tilesX
        context.reserve(
            worker: Self.planeCount(stripTiles, input.channels) + Self.planeCount(stripTiles, output.channels))
        let groupTiles = min(groupRows, input.images * tilesY) * tilesX
        if inGroups || plan.trainsWeights {
            context.reserve(
                shared: Self.planeCount(groupTiles, output.channels) + 2 * Self.planeCount(groupTiles, input.channels)
                    + 36 * input.channels * output.channels)
        }
    }

    /// Elements from one plane to the next: not a multiple of 4 KiB, or all 36 would share a few cache sets.
    static func plane(_ tiles: Int, _ channels: Int) -> Int { tiles * channels + 16 * 5 }
    static func planeCount(_ tiles: Int, _ channels: Int) -> Int { 36 * plane(tiles, channels) }

    /// The weights as a (k x n) matrix of kernels: forward k = input, backward k = output.
    func kernels(_ weights: UnsafePointer<Float>, forward: Bool) -> tmp_train_weights {
        let (i, o) = (plan.shape.inputs, plan.shape.outputs)
        return forward
            ? tmp_train_weights(
                weights: weights, k_stride: 9, n_stride: i * 9, k: Int32(input.channels), n: Int32(output.channels),
                used_k: Int32(i),
                used_n: Int32(o))
            : tmp_train_weights(
                weights: weights, k_stride: i * 9, n_stride: 9, k: Int32(output.channels), n: Int32(input.channels),
                used_k: Int32(o),
                used_n: Int32(i))
    }

    func load(weights: UnsafePointer<Float>, bias values: UnsafePointer<Float>?) {
        let context = context
        for forward in plan.passesGradient ? [true, false] : [true] {
            let set = kernels(weights, forward: forward)
            let to = forward ? forwardWeights : backwardWeights
            let plane = forward ? forwardPlane : backwardPlane
            context.pool.run(Int(set.k) / 16) { chunk, _ in
                withUnsafePointer(to: set) { context.kernels.winograd_weights($0, Int32(chunk * 16), 16, to, plane) }
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
            let (vPlane, mPlane) = (Self.plane(tiles, input.channels), Self.plane(tiles, output.channels))
            let v = context.scratch(worker), m = v + 36 * vPlane
            transformInput(x, image, strip, v, vPlane)
            for position in 0..<36 { multiply(position, tiles, v, vPlane, m, mPlane) }
            transformOutput(m, mPlane, image, strip, y)
        }
    }

    private func forwardInGroups(_ x: Map, _ y: Map) {
        forEachGroup(images: x.shape.images) { group in
            let tiles = group.count * tilesX
            let (vPlane, mPlane) = (Self.plane(tiles, input.channels), Self.plane(tiles, output.channels))
            let v = context.shared, m = v + 36 * vPlane
            context.pool.run(group.count) { [self] row, _ in
                let at = (group.lowerBound + row) % tilesY
                transformInput(
                    x, (group.lowerBound + row) / tilesY, at..<at + 1, v + row * tilesX * input.channels, vPlane)
            }
            context.pool.run(36) { [self] position, _ in multiply(position, tiles, v, vPlane, m, mPlane) }
            context.pool.run(group.count) { [self] row, _ in
                let at = (group.lowerBound + row) % tilesY
                transformOutput(
                    m + row * tilesX * output.channels, mPlane, (group.lowerBound + row) / tilesY, at..<at + 1, y)
            }
        }
    }

    /// Consecutive ranges of tile rows, counted over all images.
    func forEachGroup(images: Int, _ body: (Range<Int>) -> Void) {
        var first = 0
        while first < images * tilesY {
            let last = min(first + groupRows, images * tilesY)
            body(first..<last)
            first = last
        }
    }

    // MARK: Steps

    /// V = B^T d B of the tile rows `strip` of one image.
    func transformInput(_ x: Map, _ image: Int, _ strip: Range<Int>, _ v: UnsafeMutablePointer<Float>, _ plane: Int) {
        withPatches {
            context.kernels.winograd_input(
                $0, x.image(image), Int32(strip.lowerBound * tilesX), Int32(strip.count * tilesX), v, plane)
        }
    }

    /// dX += B dV B^T.
    func addInputAdjoint(_ dv: UnsafePointer<Float>, _ plane: Int, _ image: Int, _ strip: Range<Int>, _ dx: Map) {
        withPatches {
            context.kernels.winograd_input_adjoint(
                $0, dv, plane, Int32(strip.lowerBound * tilesX), Int32(strip.count * tilesX), dx.image(image))
        }
    }

    private func transformOutput(_ m: UnsafePointer<Float>, _ plane: Int, _ image: Int, _ strip: Range<Int>, _ y: Map) {
        withUnsafePointer(to: outputTiles) {
            context.kernels.winograd_output(
                $0, m, plane, Int32(strip.lowerBound * tilesX), Int32(strip.count * tilesX), bias, plan.relu ? 1 : 0,
                y.image(image))
        }
    }

    /// dM = A dY A^T.
    func transformOutputAdjoint(
        _ dy: Map, _ mask: Map?, _ image: Int, _ strip: Range<Int>, _ dm: UnsafeMutablePointer<Float>, _ plane: Int
    ) {
        withUnsafePointer(to: outputTiles) {
            context.kernels.winograd_output_adjoint(
                $0, dy.image(image), mask?.image(image), Int32(strip.lowerBound * tilesX), Int32(strip.count * tilesX),
                dm, plane)
        }
    }

    /// M = V U at one of the 36 positions.
    private func multiply(
        _ position: Int, _ tiles: Int, _ v: UnsafePointer<Float>, _ vPlane: Int, _ m: UnsafeMutablePointer<Float>,
        _ mPlane: Int
    ) {
        context.multiply(
            ProductExtent(m: tiles, n: output.channels, k: input.channels),
            LeftMatrix(base: v + position * vPlane, row: input.channels),
            .panels(forwardWeights + position * forwardPlane, depth: input.channels), into: m + position * mPlane,
            row: output.channels)
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
