import Network

/// What a goal's files become: the objective of any extent, and what shows how far the run has come.
struct PreparedGoal {
    let objective: (MapShape) -> any TrainingObjective
    let strip: PreviewStrip?

    /// Reads the paintings and VGG16.
    init(_ options: TrainingOptions, photos: PhotoFolder, context: TrainingContext) throws {
        switch options.goal {
        case .style(let paintings):
            var pictures: [PixelBuffer] = [], styles: [StyleTarget] = [], features: VGG16Weights?
            for painting in paintings {
                let (picture, style, vgg) = try StyleTarget.read(
                    painting, size: options.styleSize, vgg: options.vgg, features: features, weights: options.weights,
                    pooling: options.pooling, context: context)
                pictures.append(picture)
                styles.append(style)
                features = vgg
            }
            guard let vgg = features else { throw TrainingError.noPaintings }
            objective = { [styles] shape in
                PerceptualObjective(
                    options.weights, styles: styles, vgg: vgg, pooling: options.pooling, input: shape, context: context)
            }
            strip = options.previewEvery > 0 ? try PreviewStrip(photos, paintings: pictures, seed: options.seed) : nil
        case .upscaling(let weights):
            let vgg = weights.feature > 0 ? try VGG16Weights.forTraining(options.vgg, upTo: .relu2_2) : nil
            objective = { shape in UpscalingObjective(weights, vgg: vgg, output: shape, context: context) }
            strip = nil
        }
    }
}
