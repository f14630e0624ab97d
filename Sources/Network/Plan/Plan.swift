/// A network at one resolution: the convolutions in order, the size of every map, where each lies in memory, and how much
/// memory all of it takes. Made before anything is allocated.
///
/// ```swift
/// let plan = try Plan(architecture: .johnsonFull, width: 1920, height: 1080)
/// print(plan.bytes, plan.flops)
/// ```
public struct Plan: Sendable {
    /// Pixels a side may have.
    public static let sides = 16...32768

    public let architecture: Architecture
    /// Of the picture, in and out.
    public let width: Int
    public let height: Int
    /// Inside the network: the picture is reflected at the right and at the bottom up to the next multiple of the
    /// architecture's alignment, and the result cropped back.
    public let innerWidth: Int
    public let innerHeight: Int
    /// Of the result: the picture's, times the architecture's enlargement.
    public let outputWidth: Int
    public let outputHeight: Int
    /// In forward order.
    public let layers: [Layer]
    /// `maps[0]` is the picture; then the output of each layer.
    public let maps: [Map]
    /// All maps together, in floats: those that are never needed at once share memory.
    public let mapFloats: Int
    let planned: PlannedEngine
    public let threads: Int
    /// Bytes that the engine takes for maps, scratch and packed weights.
    public private(set) var bytes = 0

    /// - Throws: `NetworkError` when the size is out of range or the environment names no instruction set. Whether the
    ///   memory is there is asked by `checkMemory`.
    public init(
        architecture: Architecture, width: Int, height: Int, options: PainterOptions = PainterOptions()
    ) throws(NetworkError) {
        guard Self.sides.contains(width), Self.sides.contains(height) else {
            throw .sizeOutOfRange(width: width, height: height)
        }
        let (outputWidth, outputHeight) = (width * architecture.enlargement, height * architecture.enlargement)
        guard Self.sides.contains(outputWidth), Self.sides.contains(outputHeight) else {
            throw .sizeOutOfRange(width: outputWidth, height: outputHeight)
        }
        self.architecture = architecture
        self.width = width
        self.height = height
        let alignment = architecture.alignment
        innerWidth = width.whole(alignment)
        innerHeight = height.whole(alignment)
        // The smallest maps need two pixels a side: one has nothing to reflect.
        guard min(innerWidth, innerHeight) >= 2 * alignment else { throw .sizeOutOfRange(width: width, height: height) }
        (self.outputWidth, self.outputHeight) = (outputWidth, outputHeight)
        layers = Self.layers(of: architecture)
        // Sides are below 2^16 and channels far below 2^20: no product of these overflows.
        (maps, mapFloats) = Self.placed(Self.maps(of: layers, width: innerWidth, height: innerHeight), layers: layers)
        let mask = try InstructionSet.mask()
        let native = NativeKernels.best(options.precision, mask: mask).flatMap { kernels in
            NativeGraph(architecture, lanes: kernels.lanes).map { (graph: $0, kernels: kernels) }
        }
        planned = try PlannedEngine(options.engine, mask: mask, native: native)
        threads = max(1, options.threads ?? Processors.count)
        bytes = planned.bytes(for: self)
    }

    /// One convolution and what follows it: `output = skip + relu(norm(conv(input)))`, each part where there is one.
    public struct Layer: Sendable {
        public let convolution: Convolution
        /// Prefix of the instance norm's parameters.
        public let norm: String?
        public let relu: Bool
        /// Indices into `maps`.
        public let input: Int
        public let output: Int
        public let skip: Int?
    }

    /// Channels x height x width floats.
    public struct Map: Sendable, Equatable {
        public let channels: Int
        public let height: Int
        public let width: Int
        /// In floats from the start of the memory of all maps.
        public var offset = 0

        public var count: Int { channels * height * width }
    }

    /// What runs it, decided.
    public var engine: Engine { planned.engine }

    /// Of the products, decided: `fp32` or `bf16`.
    public var precision: Precision { planned.precision }

    /// What multiplies, for example "AVX-512 VNNI int16" or "OpenBLAS fp32".
    public var kernels: String { planned.kernels }

    /// Multiplications and additions of one frame, as the architecture states it.
    public var flops: Double { layers.reduce(0) { $0 + flops(of: $1) } }

    /// Of one layer.
    func flops(of layer: Layer) -> Double {
        let c = layer.convolution
        return 2 * Double(maps[layer.output].count) * Double(c.inputs * c.kernel * c.kernel)
    }
}

extension Plan {
    private static func layers(of architecture: Architecture) -> [Layer] {
        var layers: [Layer] = []
        func append(_ convolution: Convolution, norm: String?, relu: Bool, skip: Int? = nil) {
            let input = layers.count
            layers.append(
                Layer(convolution: convolution, norm: norm, relu: relu, input: input, output: input + 1, skip: skip))
        }
        for block in architecture.blocks {
            switch block {
            case .convolution(let convolution, let norm, let relu): append(convolution, norm: norm, relu: relu)
            case .residual(let name, let channels), .plainResidual(let name, let channels):
                let entry = layers.count
                let convolutions = Convolution.residual(name, channels: channels)
                append(convolutions[0], norm: block.residualNorm(1), relu: true)
                append(convolutions[1], norm: block.residualNorm(2), relu: false, skip: entry)
            }
        }
        return layers
    }

    private static func maps(of layers: [Layer], width: Int, height: Int) -> [Map] {
        var maps = [Map(channels: 3, height: height, width: width)]
        for layer in layers {
            let c = layer.convolution, input = maps[layer.input]
            maps.append(
                Map(
                    channels: c.outputs, height: input.height * c.upsampling / c.stride,
                    width: input.width * c.upsampling / c.stride))
        }
        return maps
    }

    /// Each map stays from the layer that writes it to the last that reads it.
    private static func placed(_ maps: [Map], layers: [Layer]) -> (maps: [Map], floats: Int) {
        let placement = Placement(
            maps.indices.map { map in
                let readers = layers.indices.filter { layers[$0].input == map || layers[$0].skip == map }
                let writer = max(map - 1, 0)
                // Whole cache lines, so that no two maps share one.
                return (maps[map].count.whole(16), writer...(readers.last ?? writer))
            })
        var maps = maps
        for (index, offset) in placement.offsets.enumerated() { maps[index].offset = offset }
        return (maps, placement.size)
    }
}
