import Media
import Network

/// The model a run begins with: weights to go on with, a network to imitate, or a body to stand on.
struct TrainingStart {
    let model: Model
    let path: String

    /// Reads a file or a bundled style; of that rather the network that is trained.
    init(_ nameOrFile: String, for options: TrainingOptions) throws(TrainingError) {
        let networks: [StyleNetwork] = options.architecture == .live ? [.live, .full] : [.full, .live]
        let name = options.isUpscaling
            ? StyleCatalog.upscaler(nameOrFile, scale: options.architecture.enlargement) : nameOrFile
        do { path = try StyleCatalog().resolve(name, networks: networks) } catch { throw .style(error) }
        do { model = try Model.load(path) } catch { throw .weights(error) }
        guard (model.architecture.enlargement > 1) == options.isUpscaling else {
            throw .otherArchitecture(path: path, found: model.architecture.name, wanted: options.architecture.name)
        }
    }

    /// What the trained model takes from it, where only a style's own parameters are trained.
    func body(for options: TrainingOptions) throws(TrainingError) -> SharedBody? {
        guard options.sharesBody else { return nil }
        guard model.architecture == options.architecture, !model.sharesBody else { throw .noBody(path) }
        let body = SharedBody(model, file: path.folderAndName.name)
        guard body.isFound(from: options.output, options.architecture) else {
            throw .cannotWrite(options.output, "\(path), whose body it takes, must lie beside it")
        }
        return body
    }

    /// What is imitated at first: a network of another kind. Networks that enlarge, by whatever scale, differ in their last layers
    /// alone; there the weights of one serve as a start for another.
    func teacher(for options: TrainingOptions) -> Model? {
        model.architecture == options.architecture || options.isUpscaling ? nil : model
    }

    /// Has `trainer` begin with its weights, and each of several styles with those of its name on this body, where there are
    /// any.
    func load(into trainer: Trainer, for options: TrainingOptions) {
        if teacher(for: options) == nil { trainer.parameters.load(model.architecture.trainingTensors(model.tensors)) }
        trainer.parameters.spread()
        let (folder, body) = path.folderAndName
        let models = options.files.models
        for (style, file) in models.enumerated() where models.count > 1 {
            let file = "\(folder)/\(file.folderAndName.name)"
            guard SharedBody.isBody(body, of: file), let model = try? Model.load(file),
                model.architecture == options.architecture
            else { continue }
            trainer.with(style: style) { trainer.parameters.load(model.architecture.trainingTensors(model.tensors)) }
        }
    }
}
