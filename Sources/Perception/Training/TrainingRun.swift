import CKernels
import Foundation
import Network

/// One style on its way from a painting to a model.
///
/// ```swift
/// let run = try TrainingRun(TrainingOptions(painting: "wave.jpg", photos: "photos", vgg: "vgg16.safetensors", output: "wave.safetensors"))
/// let summary = try run.run(shouldStop: { false }) { print($0) }
/// ```
///
/// With a number of iterations the result depends on the options and the kind of machine alone, however often the run was
/// stopped and resumed. Not to be used from two threads at once.
public final class TrainingRun {
    /// Steps from one state to fall back on to the next.
    private static let snapshotEvery = 25
    private static let mostStepsBack = 8
    private static let secondsBetweenCheckpoints = 60.0

    private let options: TrainingOptions
    private let files: TrainingFiles
    let trainer: Trainer
    private let context: TrainingContext
    private let photos: PhotoFolder
    private let stream: PhotoStream
    private let strip: PreviewStrip?
    private let resumed: TrainingState?
    /// Whether the first half of the steps imitates another network.
    private let imitates: Bool

    /// Reads everything the run needs and plans its memory.
    /// - Throws: `TrainingError`, or `NetworkError` for a bad `TEMPERA_ISA`.
    public init(_ options: TrainingOptions) throws {
        try options.check()
        self.options = options
        files = TrainingFiles(output: options.output)
        photos = try PhotoFolder(options.photos)
        context = TrainingContext(
            pool: ThreadPool(threads: options.threads), isa: try InstructionSet.mask()?.trainingKernels)

        let shape = MapShape(images: options.batch, height: options.crop, width: options.crop, channels: 3)
        let objective: any TrainingObjective, enlargement = options.architecture.enlargement
        switch options.goal {
        case .style(let painting):
            let (picture, style, vgg) = try StyleTarget.read(
                painting, size: options.styleSize, vgg: options.vgg, weights: options.weights, pooling: options.pooling,
                context: context)
            objective = PerceptualObjective(
                options.weights, style: style, vgg: vgg, pooling: options.pooling, input: shape, context: context)
            strip = options.previewEvery > 0 ? try PreviewStrip(photos, painting: picture, seed: options.seed) : nil
            stream = PhotoStream(photos, shape: shape, seed: options.seed, pairs: options.weights.temporal > 0)
        case .upscaling(let weights):
            let vgg = weights.feature > 0 ? try Self.features(options.vgg) : nil
            objective = UpscalingObjective(weights, vgg: vgg, output: shape, context: context)
            strip = nil
            stream = PhotoStream(photos, shape: shape, seed: options.seed, enlargement: enlargement)
        }
        let initial = try options.initial.map { path throws(TrainingError) in try Self.model(path, for: options) }
        // Networks that enlarge differ in their last steps only: all others of one serve another as they are.
        let teacher = initial.flatMap { $0.architecture == options.architecture || options.isUpscaling ? nil : $0 }
        trainer = Trainer(
            architecture: options.architecture, input: shape.reduced(by: enlargement), objective: objective,
            teacher: teacher, context: context)
        imitates = teacher != nil

        if options.resume {
            guard FileManager.default.fileExists(atPath: files.checkpoint) else {
                throw TrainingError.noCheckpoint(files.checkpoint)
            }
            resumed = try TrainingState.read(files.checkpoint, fingerprint: options.fingerprint)
        } else {
            resumed = nil
        }
        if options.isUpscaling {
            trainer.parameters.randomizePlain(seed: options.seed)
        } else {
            trainer.parameters.randomize(seed: options.seed)
        }
        if let initial, teacher == nil {
            trainer.parameters.load(initial.architecture.trainingTensors(initial.tensors))
        }
    }

    private static func model(_ path: String, for options: TrainingOptions) throws(TrainingError) -> Model {
        let model: Model
        do { model = try Model.load(path) } catch { throw .weights(error) }
        guard (model.architecture.enlargement > 1) == options.isUpscaling else {
            throw .otherArchitecture(path: path, found: model.architecture.name, wanted: options.architecture.name)
        }
        return model
    }

    private static func features(_ path: String) throws(TrainingError) -> VGG16Weights {
        do { return try VGG16Weights(path: path, upTo: .relu2_2) } catch { throw .weights(error) }
    }

    /// Trains until the end or until `shouldStop` says so, then writes the model.
    /// - Throws: `TrainingError`.
    public func run(shouldStop: () -> Bool, report: (TrainingEvent) -> Void) throws -> TrainingSummary {
        var state = try resumed ?? firstState()
        restore(state)
        let log = try LossLog(files.log, keeping: state.step)
        report(
            .began(
                iterations: state.total, startsAt: state.step, photos: photos.files.count, threads: context.pool.threads
            ))

        var step = state.step, smoothed = SmoothedLosses(), toldUnreadable = 0
        let before = state.seconds, clock = ContinuousClock(), start = clock.now
        var seconds: Double { before + (clock.now - start) / .seconds(1) }
        var lastCheckpoint = seconds
        let firstStep = step

        while step < state.total, !shouldStop() {
            if step % Self.snapshotEvery == 0, step != state.step, trainer.parameters.isFinite {
                state = snapshot(state, step: step, seconds: seconds)
            }
            // Each part has a schedule and moments of its own: the gradients of one say nothing of the other's size.
            let half = imitates ? state.total / 2 : 0, isImitating = step < half
            if step == half {
                trainer.adam.forget()
                smoothed = SmoothedLosses()
            }
            // After imitating, full steps would undo what was learnt.
            let peak = imitates && !isImitating ? options.peakRate / 4 : options.peakRate
            let schedule = Schedule(peak: peak, total: isImitating ? half : state.total - half)
            let rate = schedule.rate(isImitating ? step : step - half) * state.rateFactor
            let batch = try stream.batch(step), losses = isImitating ? trainer.imitate(batch) : trainer.evaluate(batch)
            trainer.update(rate: rate)
            step += 1
            guard Float(losses.total).isFinite, step < state.total || trainer.parameters.isFinite else {
                state.stepsBack += 1
                state.rateFactor /= 2
                if state.stepsBack > Self.mostStepsBack { throw TrainingError.diverged(step: step) }
                report(.steppedBack(from: step, to: state.step, rate: rate / 2))
                restore(state)
                step = state.step
                try log.cut(after: step)
                continue
            }
            smoothed.add(losses)
            log.append(LossLog.Row(step: step, seconds: seconds, rate: rate, losses: losses))
            report(
                .progress(
                    TrainingProgress(
                        step: step, total: state.total, losses: smoothed.mean, seconds: seconds,
                        secondsPerStep: (seconds - before) / Double(max(1, step - firstStep)))))
            if let unreadable = Optional(stream.unreadable), unreadable.count > toldUnreadable {
                report(.unreadable(Array(unreadable.suffix(unreadable.count - toldUnreadable))))
                toldUnreadable = unreadable.count
            }
            if seconds - lastCheckpoint > Self.secondsBetweenCheckpoints {
                try state.write(files.checkpoint, fingerprint: options.fingerprint)
                lastCheckpoint = seconds
            }
            if options.previewEvery > 0, step % options.previewEvery == 0, step < state.total {
                try writeResults(log, total: state.total, smoothed.mean, seconds)
                report(.wrote(strip == nil ? files.model : files.preview))
            }
        }
        try writeResults(log, total: state.total, smoothed.mean, seconds)
        report(.wrote(files.model))
        let isComplete = step >= state.total
        if isComplete {
            files.removeCheckpoint()
        } else {
            try state.write(files.checkpoint, fingerprint: options.fingerprint)
        }
        return TrainingSummary(
            steps: step, seconds: seconds, losses: smoothed.mean, checkpoint: isComplete ? nil : files.checkpoint,
            unreadablePhotos: stream.unreadable.count)
    }

    /// The state before the first step. A time becomes a number of steps by trying a few, which change nothing.
    private func firstState() throws -> TrainingState {
        let total: Int
        switch options.length {
        case .iterations(let count): total = count
        case .minutes(let minutes):
            let clock = ContinuousClock(), batch = try stream.batch(0)
            func seconds(_ step: (Batch) -> Losses) -> Double {
                (0..<4).map { _ in clock.measure { _ = step(batch) } / .seconds(1) }.dropFirst().sorted()[1]
            }
            let mean = imitates ? (seconds(trainer.imitate) + seconds(trainer.evaluate)) / 2 : seconds(trainer.evaluate)
            total = max(1, Int(minutes * 60 / (mean * 1.03)))
        }
        return snapshot(
            TrainingState(total: total, values: [], firstMoments: [], secondMoments: []), step: 0, seconds: 0)
    }

    private func snapshot(_ state: TrainingState, step: Int, seconds: Double) -> TrainingState {
        var state = state
        state.step = step
        state.seconds = seconds
        state.values = Array(UnsafeBufferPointer(start: trainer.parameters.values, count: trainer.parameters.count))
        (state.updates, state.firstMoments, state.secondMoments) = trainer.adam.state
        return state
    }

    private func restore(_ state: TrainingState) {
        for (i, value) in state.values.enumerated() { trainer.parameters.values[i] = value }
        trainer.adam.state = (state.updates, state.firstMoments, state.secondMoments)
    }

    /// The model as it is now, the losses as a picture, and a preview.
    private func writeResults(_ log: LossLog, total: Int, _ losses: Losses, _ seconds: Double) throws {
        let model = Model(
            architecture: options.architecture,
            tensors: options.architecture.modelTensors(trainer.parameters.tensors),
            metadata: options.metadata(steps: log.rows.last?.step ?? 0, of: total, losses: losses, seconds: seconds))
        do { try model.write(files.model, type: .f16) } catch { throw TrainingError.weights(error) }
        try LossCurve.draw(log.rows, total: total).write(files.curve)
        try strip?.draw(model, pool: context.pool).write(files.preview)
    }
}

/// Running means of the losses over about fifty steps.
private struct SmoothedLosses {
    private(set) var mean = Losses()
    private var count = 0

    mutating func add(_ losses: Losses) {
        count += 1
        let share = 1 / Double(min(count, 50))
        var next = Losses()
        next.add(mean, share: 1 - share)
        next.add(losses, share: share)
        mean = next
    }
}

extension InstructionSet {
    /// The training kernels that this mask allows.
    var trainingKernels: tmp_isa {
        switch self {
        case .portable, .blas: TMP_ISA_PORTABLE
        case .avx2: TMP_ISA_AVX2
        case .avx512, .amx: tmp_isa_available()
        }
    }
}

extension TrainingOptions {
    /// What the model says about itself.
    fileprivate func metadata(steps: Int, of total: Int, losses: Losses, seconds: Double) -> [String: String] {
        let name = output.lastComponent.replacingOccurrences(of: ".safetensors", with: "")
        var result = [
            "training": String(
                format: "%d of %d steps in %.0f minutes, %@", steps, total, seconds / 60, isUpscaling
                    ? String(format: "pixel %.4g, content %.4g", losses.pixel, losses.content)
                    : String(format: "content %.4g, style %.4g", losses.content, losses.style)),
        ]
        let run = "--iterations \(total) --batch \(batch) --crop \(crop) --seed \(seed)"
            + (initial.map { " --init \($0.lastComponent)" } ?? "")
        switch goal {
        case .upscaling(let weights):
            result["upscaler"] = name
            result["recipe"] = "tempera train-upscaler --scale \(architecture.enlargement) "
                + "--loss \(weights.feature > 0 ? "feature" : "pixel") \(run)"
        case .style(let painting):
            result["style"] = name
            result["recipe"] = "tempera train \(painting.lastComponent) \(run) \(weightArguments)"
        }
        result["licence"] = licence
        result["provenance"] = provenance
        return result
    }

    private var weightArguments: String {
            "--content-weight \(weights.content) --style-weight \(weights.style) --tv-weight \(weights.totalVariation) "
            + "--temporal-weight \(weights.temporal) --style-size \(styleSize)"
    }
}
