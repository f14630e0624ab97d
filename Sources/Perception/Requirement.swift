/// What training and optimisation ask of their parameters. `description` says it in words.
public enum Requirement: Sendable, Equatable, CustomStringConvertible {
    // Of any run
    case iterations, minutes, rate, size
    // Of a batch
    case batch, evenBatch, crop(multipleOf: Int), smallerCrop
    // Of the networks and files of a training
    case network(enlarges: Bool)
    case wideMaps, knownNetwork
    case startOfSharedBody
    case provenance
    // Of a training's other numbers
    case learningRate, lossWeight, smallShare, weightStep, styleSize
    // Of pictures by optimisation
    case featureWeight, paintingWeights, styleScale, octaves, octaveScale, jitter, smoothness

    static let batches = 1...64
    static let crops = 64...4096
    /// Pixels of a painting's short side.
    static let styleSizes = 64...4096
    /// Of a measurement; multiples of 16.
    static let sizes = 64...2048
    /// Of more, products with pixels would not fit an integer.
    static let counts = 1...1_000_000_000
    static let mostMinutes = 1e6
    static let mostRate = 100.0
    static let mostLearningRate = 0.1
    static let featureWeights: ClosedRange<Float> = 0...1e9
    static let paintingShares: ClosedRange<Float> = 0...1e6
    static let shares = 0.0...1
    static let styleScales = 0.1...8
    static let octaveCounts = 1...20
    static let octaveScales = 1.05...4
    static let jitters = 0...1024
    static let smoothnesses: ClosedRange<Float> = 0...1000

    public var description: String {
        switch self {
        case .iterations: "the number of iterations must be 1 to a billion"
        case .minutes: "the time must be more than 0 and at most a million minutes"
        case .rate: "the rate must be above 0 and at most \(word(Self.mostRate))"
        case .size: "the size must be a multiple of 16 from \(Self.sizes.words)"
        case .batch: "the batch must be \(Self.batches.words)"
        case .evenBatch: "with a temporal loss the batch must be an even number"
        case .crop(let multiple): "the crop must be a multiple of \(multiple) from \(Self.crops.words)"
        case .smallerCrop: "the crop must be smaller: a map of this network would have more than a billion values"
        case .network(enlarges: true): "the network must be one that enlarges"
        case .network(enlarges: false): "the network must be one that paints"
        case .wideMaps: "the network must be one whose inner maps have more than three channels"
        case .knownNetwork: "the network must be one that a model's file can name: the full one, a live one, or an upscaler by 2 or 4"
        case .startOfSharedBody:
            "what shares a body must be a style with a model to start from and without a step of weights"
        case .provenance: "the provenance must be given once for every painting"
        case .learningRate: "the learning rate must be above 0 and at most \(word(Self.mostLearningRate))"
        case .lossWeight: "a weight of a loss must be 0 or more"
        case .smallShare: "the share of small crops must be \(Self.shares.words)"
        case .weightStep: "the step of weights must be \(Self.shares.words)"
        case .styleSize: "the style size must be \(Self.styleSizes.words)"
        case .featureWeight: "a weight must be \(Self.featureWeights.words)"
        case .paintingWeights: "the weights of the paintings must be \(Self.paintingShares.words), not all of them 0"
        case .styleScale: "the style scale must be \(Self.styleScales.words)"
        case .octaves: "the number of octaves must be \(Self.octaveCounts.words)"
        case .octaveScale: "the octave scale must be \(Self.octaveScales.words)"
        case .jitter: "the jitter must be \(Self.jitters.words)"
        case .smoothness: "the smoothness must be \(Self.smoothnesses.words)"
        }
    }
}

/// A number as people write it: 100 and 1e9, not 100.0 and 1e+09.
private func word(_ number: some CustomStringConvertible) -> String {
    let text = number.description.replacing("e+0", with: "e")
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}

extension ClosedRange where Bound: CustomStringConvertible {
    fileprivate var words: String { "\(word(lowerBound)) to \(word(upperBound))" }
}
