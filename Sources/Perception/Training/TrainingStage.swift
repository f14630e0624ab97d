import Network

/// A part of a run: steps of one kind on crops of one side.
///
/// A style is learnt on small crops, which cost a quarter, and finished on those of full side: small ones alone teach a
/// network what its padding looks like.
struct TrainingStage {
    /// How much of a run that starts with another network imitates it.
    private static let imitationShare = 0.25

    let trainer: Trainer
    let stream: PhotoStream
    /// Whether it imitates another network instead of lowering the objective.
    let imitates: Bool
    /// The part of all steps that are its own, and those before it with them.
    let share: Double
    let end: Double

    /// Of a batch.
    var pixels: Int { stream.pixels }

    /// Steps done when it ends.
    func end(of total: Int) -> Int { end == 1 ? total : Int((end * Double(total)).rounded()) }

    func losses(of batch: Batch) -> Losses { imitates ? trainer.imitate(batch) : trainer.evaluate(batch) }

    /// What a step takes, tried without changing anything.
    /// - Throws: `TrainingError.noReadablePhotos`.
    func secondsPerStep() throws(TrainingError) -> Double {
        let clock = ContinuousClock(), batch = try stream.batch(0)
        let times = (0..<4).map { _ in clock.measure { _ = losses(of: batch) } / .seconds(1) }
        return times.dropFirst().sorted()[1]
    }

    /// The stages of a run, in order; they share one network's parameters.
    static func plan(
        _ options: TrainingOptions, photos: PhotoFolder, teacher: Model?,
        objective: (MapShape) -> any TrainingObjective, context: TrainingContext
    ) -> [TrainingStage] {
        let enlargement = options.architecture.enlargement
        let edgeWeight = options.isUpscaling ? 0 : options.weights.edge
        var before: Trainer?
        func prepare(crop: Int) -> (Trainer, PhotoStream) {
            let shape = MapShape(images: options.batch, height: crop, width: crop, channels: 3)
            let trainer = Trainer(
                architecture: options.architecture, input: shape.reduced(by: enlargement), objective: objective(shape),
                edgeWeight: edgeWeight, teacher: before == nil ? teacher : nil, styles: max(1, options.paintings.count),
                usesMuon: options.optimizer == .muon,
                own: options.sharesBody ? options.architecture.styleParameters : nil,
                rounding: WeightRounding(step: options.weightStep), sharing: before, context: context)
            before = trainer
            let stream = PhotoStream(
                photos, shape: shape, seed: options.seed, pairs: options.isPaired, enlargement: enlargement,
                styles: options.paintings.count, hasRamps: !options.isUpscaling && options.weights.grid > 0)
            return (trainer, stream)
        }
        let imitation = teacher == nil ? 0 : imitationShare, small = options.smallCrop == nil ? 0 : options.smallShare
        let first = prepare(crop: small > 0 ? options.smallCrop ?? options.crop : options.crop)
        let last = small > 0 && small < 1 ? prepare(crop: options.crop) : first
        var stages: [TrainingStage] = []
        func append(_ part: (trainer: Trainer, stream: PhotoStream), imitates: Bool, until end: Double) {
            let start = stages.last?.end ?? 0
            guard end > start else { return }
            stages.append(
                TrainingStage(
                    trainer: part.trainer, stream: part.stream, imitates: imitates, share: end - start, end: end))
        }
        append(first, imitates: true, until: imitation)
        append(first, imitates: false, until: small)
        append(last, imitates: false, until: 1)
        return stages
    }
}

extension [TrainingStage] {
    /// The index of the one that takes the step after `step` others.
    func place(of step: Int, total: Int) -> Int { firstIndex { step < $0.end(of: total) } ?? count - 1 }
}
