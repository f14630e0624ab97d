import Foundation
import Media
import Network

/// A style on its way from a painting to a model, or several from theirs to models that share a body.
///
/// ```swift
/// let run = try TrainingRun(TrainingOptions(painting: "wave.jpg", photos: "photos", vgg: "vgg16.safetensors", output: "wave.safetensors"))
/// let summary = try run.run(shouldStop: { false }) { print($0) }
/// ```
///
/// With a number of iterations the result depends on the options and the kind of machine alone, however often the run was
/// stopped and resumed, unless it diverged: a resumed run steps back no further than to where it was stopped. Not to be used
/// from two threads at once.
public final class TrainingRun {
    /// Steps from one state to fall back on to the next.
    private static let snapshotEvery = 25
    static let mostStepsBack = 8
    private static let secondsBetweenCheckpoints = 60.0

    private let options: TrainingOptions
    private let files: TrainingFiles
    let trainer: Trainer
    private let context: TrainingContext
    private let photos: PhotoFolder
    private let stages: [TrainingStage]
    private let strip: PreviewStrip?
    /// Where a run that was stopped goes on.
    private var stopped: TrainingState?
    /// What the model takes from the one it began with, if anything.
    private let body: SharedBody?
    /// What must be the same for a run to go on.
    private let fingerprint: [String]

    /// Reads everything the run needs and plans its memory.
    /// - Throws: `TrainingError`, or `NetworkError` for a bad `TEMPERA_ISA`.
    public init(_ options: TrainingOptions) throws {
        try options.check()
        self.options = options
        files = options.files
        try files.check(reads: options.inputs)
        let taken = options.taken
        if !options.overwrite, !taken.isEmpty {
            throw taken == [files.checkpoint]
                ? TrainingError.checkpointExists(files.checkpoint) : TrainingError.exists(taken)
        }
        if let orphan = files.orphans.first { throw TrainingError.losesBody(orphan, of: files.model) }
        photos = try PhotoFolder(options.photos, besides: [files.curve, files.preview])
        context = try TrainingContext(threads: options.threads)

        let start = try options.initial.map { name throws(TrainingError) in try TrainingStart(name, for: options) }
        if let start { try files.check(reads: [start.path]) }
        fingerprint = options.fingerprint + ["photos \(photos.files.count)"]
            + (options.paintings + [options.vgg] + [start?.path].compactMap { $0 }).map(FileIdentity.line)
        body = try start?.body(for: options)
        let goal = try PreparedGoal(options, photos: photos, context: context)
        strip = goal.strip
        // Before the plan, which writes VGG16's packed weights into its maps.
        let available = Memory.available(), tally = MapMemory.Tally()
        stages = MapMemory.$tally.withValue(tally) { [photos, context] in
            TrainingStage.plan(
                options, photos: photos, teacher: start?.teacher(for: options), objective: goal.objective, context: context)
        }
        trainer = stages[stages.count - 1].trainer
        if let available, tally.bytes > available {
            throw TrainingError.doesNotFit(
                batch: options.batch, crop: options.crop, needed: tally.bytes, available: available)
        }

        stopped = options.resume
            ? try TrainingState.read(files.checkpoint, of: options, fingerprint: fingerprint, parameters: trainer.parameters.count)
            : nil
        if options.isUpscaling {
            trainer.parameters.randomizePlain(seed: options.seed)
        } else {
            trainer.parameters.randomize(seed: options.seed)
        }
        if let start { start.load(into: trainer, for: options) } else { trainer.parameters.spread() }
    }

    /// Trains until the end or until `shouldStop` says so, then writes the model. Called again, it goes on where it stopped.
    /// - Throws: `TrainingError`. Pictures beside the model that cannot be drawn are reported.
    public func run(shouldStop: () -> Bool, report: (TrainingEvent) -> Void) throws -> TrainingSummary {
        let isNew = stopped == nil
        var state = try stopped ?? firstState()
        restore(state)
        // Nothing is written where there would be nothing to show for it.
        if isNew, shouldStop() { throw TrainingError.stoppedAtOnce }
        _ = try stage(state.step, of: state.total).stream.batch(state.step)
        let log = try LossLog(files.log, keeping: state.step)
        report(
            .began(
                iterations: state.total, startsAt: state.step, photos: photos.files.count, threads: context.pool.threads
            ))

        if isNew { files.removeCheckpoint() }
        let imitated = stages.last { $0.imitates }?.end(of: state.total) ?? 0
        var step = state.step, smoothed = SmoothedLosses(log, imitated: imitated), told: Set<String> = []
        let before = state.seconds, clock = ContinuousClock(), start = clock.now
        var seconds: Double { before + (clock.now - start) / .seconds(1) }
        var lastCheckpoint = seconds
        let firstStep = step
        var pace = TrainingPace(stages)

        do {
            while step < state.total, !shouldStop() {
                if step % Self.snapshotEvery == 0, step != state.step {
                    state = snapshot(state, step: step, seconds: seconds)
                }
                let stage = stage(step, of: state.total)
                // The gradients of imitation say nothing of the objective's size: it begins with moments of its own.
                if step == imitated, imitated > 0 {
                    trainer.optimizer.forget()
                    smoothed = SmoothedLosses(log, imitated: imitated)
                }
                let begun = seconds, (losses, rate) = try take(step, in: stage, of: state, imitated: imitated)
                pace.add(seconds - begun, step: step, of: state.total)
                step += 1
                let isPreviewed = options.previewEvery > 0 && step % options.previewEvery == 0
                let isKept = step == state.total || isPreviewed || step % Self.snapshotEvery == 0
                guard Float(losses.total).isFinite, !isKept || trainer.isFinite else {
                    state.stepsBack += 1
                    state.rateFactor /= 2
                    if state.stepsBack > Self.mostStepsBack { throw TrainingError.diverged(step: step) }
                    report(.steppedBack(from: step, to: state.step, rate: rate / 2))
                    restore(state)
                    step = state.step
                    try log.cut(after: step)
                    smoothed = SmoothedLosses(log, imitated: imitated)
                    continue
                }
                smoothed.add(losses)
                log.append(LossLog.Row(step: step, seconds: seconds, rate: rate, painting: (step - 1) % files.models.count, losses: losses))
                report(
                    .progress(
                        TrainingProgress(
                            step: step, total: state.total, losses: smoothed.mean, seconds: seconds,
                            secondsPerStep: (seconds - before) / Double(max(1, step - firstStep)),
                            remaining: pace.remaining(after: step, of: state.total))))
                let unreadable = stage.stream.unreadable.subtracting(told)
                if !unreadable.isEmpty {
                    told.formUnion(unreadable)
                    report(.unreadable(unreadable.sorted()))
                }
                if seconds - lastCheckpoint > Self.secondsBetweenCheckpoints {
                    try state.write(files.checkpoint, fingerprint: fingerprint)
                    lastCheckpoint = seconds
                }
                if isPreviewed, step < state.total {
                    let models = try writeModels(log, total: state.total, imitated: imitated, seconds)
                    do {
                        try draw(models, log, total: state.total)
                        report(.wrote(strip == nil ? files.model : files.preview))
                    } catch {
                        report(.noPictures("\(error)"))
                    }
                }
            }
        } catch {
            // What was learnt since the last checkpoint is not lost with a disk that is full or a photo that is gone.
            if state.step > 0, state.stepsBack <= Self.mostStepsBack {
                try? state.write(files.checkpoint, fingerprint: fingerprint)
                stopped = state
            }
            throw error
        }
        let isComplete = step >= state.total
        if trainer.isFinite {
            state = snapshot(state, step: step, seconds: seconds)
        } else {
            restore(state)
            step = state.step
            try log.cut(after: step)
        }
        stopped = state
        if !isComplete { try state.write(files.checkpoint, fingerprint: fingerprint) }
        let models: [Model]
        do {
            models = try writeModels(log, total: state.total, imitated: imitated, seconds)
        } catch {
            // From here --resume has nothing to do but write them.
            try? state.write(files.checkpoint, fingerprint: fingerprint)
            throw error
        }
        report(.wrote(files.model))
        if isComplete { files.removeCheckpoint() }
        do { try draw(models, log, total: state.total) } catch { report(.noPictures("\(error)")) }
        return TrainingSummary(
            models: files.models, steps: step, seconds: seconds, losses: smoothed.mean, checkpoint: isComplete ? nil : files.checkpoint,
            unreadablePhotos: told.count)
    }

    /// Takes the step after `step` others: moves the weights at the schedule's rate.
    private func take(
        _ step: Int, in stage: TrainingStage, of state: TrainingState, imitated: Int
    ) throws(TrainingError) -> (losses: Losses, rate: Double) {
        let schedule = LearningRate(peak: options.peakRate, total: stage.imitates ? imitated : state.total - imitated)
        let rate = schedule.at(stage.imitates ? step : step - imitated) * state.rateFactor
        let batch = try stage.stream.batch(step)
        let losses = trainer.with(style: batch.style) {
            let losses = stage.losses(of: batch)
            trainer.update(rate: rate)
            return losses
        }
        return (losses, rate)
    }

    /// The part of the run that takes the step after `step` others.
    private func stage(_ step: Int, of total: Int) -> TrainingStage {
        stages[stages.place(of: step, total: total)]
    }

    /// The state before the first step. A time becomes a number of steps by trying a few, which change nothing.
    private func firstState() throws -> TrainingState {
        let total: Int
        switch options.length {
        case .iterations(let count): total = count
        case .minutes(let minutes):
            let mean = try stages.reduce(0) { try $0 + $1.share * $1.secondsPerStep() }
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
        (state.updates, state.firstMoments, state.secondMoments) = trainer.optimizer.state
        return state
    }

    private func restore(_ state: TrainingState) {
        for (i, value) in state.values.enumerated() { trainer.parameters.values[i] = value }
        trainer.optimizer.state = (state.updates, state.firstMoments, state.secondMoments)
    }

    /// The losses as a picture, and a preview.
    private func draw(_ models: [Model], _ log: LossLog, total: Int) throws {
        try LossCurve.draw(log.rows, total: total).write(files.curve)
        try strip?.draw(models, pool: context.pool).write(files.preview)
    }

    /// The models as they are now.
    private func writeModels(_ log: LossLog, total: Int, imitated: Int, _ seconds: Double) throws(TrainingError) -> [Model] {
        var models: [Model] = [], body = body
        for (style, path) in files.models.enumerated() {
            let tensors = trainer.with(style: style) {
                trainer.parameters.round(on: context.pool)
                return trainer.parameters.tensors
            }
            let losses = SmoothedLosses(log, imitated: imitated, style: (style, files.models.count)).mean
            let model = Model(
                architecture: options.architecture, tensors: options.architecture.modelTensors(tensors),
                metadata: options.metadata(
                    of: path, style: style, steps: log.rows.last?.step ?? 0, total: total, losses: losses, seconds: seconds
                ).merging(body?.metadata ?? [:]) { $1 })
            do {
                try model.write(path, type: .f16)
                // As the others will find it, rounded to float16.
                if body == nil, files.models.count > 1 { body = SharedBody(try Model.load(path), file: path.folderAndName.name) }
            } catch { throw TrainingError.weights(error) }
            models.append(model)
        }
        return models
    }
}
