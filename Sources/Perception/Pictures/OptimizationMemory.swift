import Network

/// The memory that optimising a picture takes.
struct OptimizationMemory {
    /// VGG16 halves a picture four times before its last block.
    static let leastSide = 32
    /// Code, libraries and small things, bytes.
    private static let program = 48 << 20

    var weights: FeatureWeights
    var method: PictureMethod
    /// Sides of the largest painting against those of the picture.
    var styleScale = 1.0
    var threads: Int
    var usesPairs: Bool
    /// Objectives of this size that are held at a time.
    var objectives = 1
    /// Pixels beyond each edge that are optimised too.
    var margin = 0

    /// Bytes at the peak, for a picture of one size.
    func bytes(width: Int, height: Int) -> Int {
        let shape = MapShape(images: 1, height: height + 2 * margin, width: width + 2 * margin, channels: 3)
        let network = VGG16Memory(input: shape, upTo: weights.last, passesGradient: true, usesPairs: usesPairs)
        let kept = weights.content.keys.reduce(0) { $0 + (network.feature($1)?.count ?? 0) }
        // Photo and start beside what the optimiser holds.
        let painting = network.held + kept + 2 * shape.count
            + PictureOptimizer.floats(count: shape.count, method: method)
        let painted = weights.style.keys.max().map { last in
            VGG16Memory(
                input: MapShape(images: 1, height: scaled(height), width: scaled(width), channels: 3), upTo: last,
                passesGradient: false, usesPairs: usesPairs)
        }
        let scratch = max(network.shared, painted?.shared ?? 0) + threads * max(network.worker, painted?.worker ?? 0)
        let grams = weights.style.keys.reduce(0) { $0 + GramMatrices.floats(channels: $1.outputs) }
        let parameters = VGG16Layer.allCases.filter { $0 <= weights.last }.reduce(0) { $0 + 9 * $1.inputs * $1.outputs }
        return 4 * objectives * (max(painting, painted?.held ?? 0) + scratch + grams + parameters) + Self.program
    }

    /// Checks that a picture of this size can be made.
    /// - Parameter available: Bytes that are free; nil when nobody knows, and then everything fits.
    /// - Throws: `OptimizationError.tooSmall`; `NetworkError.tooManyPixels`; `NetworkError.doesNotFit`, which names the largest size of the same aspect
    ///   that fits.
    func check(width: Int, height: Int, available: Int? = Memory.available()) throws {
        guard min(width, height) >= Self.leastSide else {
            throw OptimizationError.tooSmall(width: width, height: height, least: Self.leastSide)
        }
        for (width, height) in [(width + 2 * margin, height + 2 * margin), (scaled(width), scaled(height))] {
            try VGG16Memory.checkPixels(width: width, height: height)
        }
        guard let available, case let needed = bytes(width: width, height: height), needed > available else { return }
        let fits = NetworkError.Size.largest(like: .init(width: width, height: height), least: Self.leastSide) {
            bytes(width: $0.width, height: $0.height) <= available
        }
        throw NetworkError.doesNotFit(width: width, height: height, needed: needed, available: available, fits: fits)
    }

    private func scaled(_ side: Int) -> Int { max(Self.leastSide, Int(Double(side) * styleScale)) }
}
