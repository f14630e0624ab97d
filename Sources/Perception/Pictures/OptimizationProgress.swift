import Media

/// How far a picture has come.
public struct OptimizationProgress: Sendable {
    /// Iterations done and in all.
    public let step: Int
    public let total: Int
    /// Of the objective so far.
    public let evaluations: Int
    /// Of the picture that is worked on.
    public let width: Int
    public let height: Int
    public let losses: Losses
    public let seconds: Double
    /// Seconds, judged by what there was to do so far and what there is left.
    public let remaining: Double
}

/// What a run has to say as it goes.
public enum OptimizationEvent: Sendable {
    /// - Parameters:
    ///   - sizes: How many, from coarse to fine.
    ///   - bytes: Of memory, about.
    case began(width: Int, height: Int, sizes: Int, bytes: Int, threads: Int)
    case progress(OptimizationProgress)
    /// A file was written.
    case wrote(String)
    /// A picture on the way could not be written; the work goes on.
    case noPicture(String)
    /// What the file cannot hold of the photo.
    case warning(MediaWarning)
}

/// What a run did.
public struct OptimizationSummary: Sendable {
    /// Fewer than asked for when it was stopped, or when nothing was left to gain.
    public let steps: Int
    public let evaluations: Int
    public let seconds: Double
    public let losses: Losses
    /// Before there was nothing left to do.
    public let wasStopped: Bool
}

/// The iterations of a run over one or more pictures: counted, timed, told, and ended when that is asked for.
struct OptimizationRun {
    /// Iterations in all, and what they cost in pixels.
    private let total: Int
    private let work: Double
    private let shouldStop: () -> Bool
    private let report: (OptimizationEvent) -> Void
    private let start = ContinuousClock.now
    private var step = 0
    private var done = 0.0
    private var evaluations = 0
    private var losses = Losses()
    private(set) var isStopped = false

    /// - Parameter parts: Pictures and the iterations of each.
    init(
        _ parts: [(shape: MapShape, iterations: Int)], shouldStop: @escaping () -> Bool,
        report: @escaping (OptimizationEvent) -> Void
    ) {
        total = parts.reduce(0) { $0 + $1.iterations }
        work = parts.reduce(0) { $0 + Double($1.shape.pixels * $1.iterations) }
        self.shouldStop = shouldStop
        self.report = report
    }

    /// Optimises one of the pictures for so many iterations, or until nothing is left to gain.
    /// - Parameters:
    ///   - margin: Pixels at each edge that are not told of.
    ///   - each: Called after every iteration.
    /// - Throws: `OptimizationError.notFinite`, and what `each` does.
    mutating func optimize(
        _ optimizer: PictureOptimizer, iterations: Int, margin: Int = 0, each: (OptimizationProgress) throws -> Void = { _ in }
    ) throws {
        guard optimizer.losses.total.isFinite else { throw OptimizationError.notFinite }
        let shape = optimizer.picture.shape, before = evaluations
        for iteration in 0..<iterations where !isStopped {
            if optimizer.hasConverged {
                done += Double(shape.pixels * (iterations - iteration))
                break
            }
            optimizer.step()
            step += 1
            done += Double(shape.pixels)
            losses = optimizer.losses
            evaluations = before + optimizer.evaluations
            let seconds = seconds
            let progress = OptimizationProgress(
                step: step, total: total, evaluations: evaluations, width: shape.width - 2 * margin,
                height: shape.height - 2 * margin, losses: losses, seconds: seconds,
                remaining: seconds / done * (work - done))
            report(.progress(progress))
            try each(progress)
            isStopped = step < total && shouldStop()
        }
    }

    private var seconds: Double { (ContinuousClock.now - start) / .seconds(1) }

    var summary: OptimizationSummary {
        OptimizationSummary(
            steps: step, evaluations: evaluations, seconds: seconds, losses: losses, wasStopped: isStopped)
    }
}
