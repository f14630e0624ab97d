/// How the BLAS engine computes each convolution, and the memory that it takes.
struct BLASLayout {
    enum Method {
        /// All k·k taps as rows of a matrix, one product.
        case columns
        /// A 3x3 convolution after nearest x2: four 2x2 convolutions of the small map, one an output phase, whose weights
        /// are sums of the nine. 4 products for 9.
        case phases
        /// Few outputs under a large kernel: products for each horizontal tap, added with shifts. k rows a channel, not k·k.
        case shifts
    }

    struct Layer {
        let method: Method
        let weights: MemoryRegion<Float>
        /// Where the padded rows and columns of the input lie in the map.
        let rowIndex: MemoryRegion<Int32>
        let columnIndex: MemoryRegion<Int32>
        /// Of a chunk: columns of the matrix, without the borders of `shifts`.
        let pixels: Int
        let chunks: Int
    }

    let maps: MemoryRegion<Float>
    let layers: [Layer]
    /// A matrix a worker.
    let columns: MemoryRegion<Float>
    let columnFloats: Int
    /// A product that is no part of a map yet, a worker.
    let products: MemoryRegion<Float>
    let productFloats: Int
    let bytes: Int

    /// Pixels of one product: few enough that matrix and product stay in a core's cache, enough that packing the weights,
    /// which OpenBLAS does for each product, is a small share.
    private static let pixelsPerChunk = 256

    init(_ plan: Plan) {
        var layout = MemoryLayoutPlan()
        maps = layout.reserve(plan.mapFloats)
        var layers: [Layer] = []
        var columnFloats = 0, productFloats = 0
        for layer in plan.layers {
            let c = layer.convolution, input = plan.maps[layer.input], output = plan.maps[layer.output]
            let method = Self.method(c)
            let taps = c.kernel * c.kernel, scale = method == .phases ? 1 : c.upsampling
            let pixels: Int, chunks: Int
            switch method {
            case .columns:
                pixels = min(Self.pixelsPerChunk, output.height * output.width)
                chunks = (output.height * output.width + pixels - 1) / pixels
                columnFloats = max(columnFloats, taps * c.inputs * pixels)
            case .phases:
                pixels = min(Self.pixelsPerChunk, input.height * input.width)
                chunks = (input.height * input.width + pixels - 1) / pixels
                columnFloats = max(columnFloats, taps * c.inputs * pixels)
                productFloats = max(productFloats, 2 * c.outputs * pixels)
            case .shifts:
                pixels = min(2 * Self.pixelsPerChunk, output.width)
                chunks = output.height * ((output.width + pixels - 1) / pixels)
                columnFloats = max(columnFloats, c.kernel * c.inputs * (pixels + c.kernel - 1))
                productFloats = max(productFloats, c.kernel * c.outputs * (pixels + c.kernel - 1))
            }
            layers.append(
                Layer(
                    method: method, weights: layout.reserve((method == .phases ? 16 : taps) * c.inputs * c.outputs),
                    rowIndex: layout.reserve(input.height * scale + c.kernel - 1),
                    columnIndex: layout.reserve(input.width * scale + c.kernel - 1), pixels: pixels, chunks: chunks))
        }
        self.layers = layers
        self.columnFloats = columnFloats
        self.productFloats = productFloats
        columns = layout.reserve(plan.threads * columnFloats)
        products = layout.reserve(plan.threads * productFloats)
        bytes = layout.bytes
    }

    private static func method(_ c: Convolution) -> Method {
        if c.upsampling == 2 && c.kernel == 3 && c.stride == 1 { return .phases }
        if c.upsampling == 1 && c.stride == 1 && c.kernel >= 5 && c.kernel * c.outputs <= 32 { return .shifts }
        return .columns
    }
}
