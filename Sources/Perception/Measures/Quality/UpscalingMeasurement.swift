import Network

/// What an upscaler is worth: pictures are reduced by the bicubic kernel, enlarged again, and compared with themselves.
public struct UpscalingMeasurement: Sendable {
    /// One picture.
    public struct Row: Sendable {
        public let name: String
        /// Enlarged by the bicubic kernel, and by the model.
        public let bicubic: Quality
        public let model: Quality?
    }

    /// A folder.
    public var pictures: String
    /// 2…16.
    public var scale: Int
    /// Nil to measure the bicubic kernel alone.
    public var model: Model?
    public var vgg: String?
    public var precision = Precision.auto

    public init(pictures: String, scale: Int, model: Model?) {
        self.pictures = pictures
        self.scale = scale
        self.model = model
    }

    /// - Parameter leftOut: Is told the names of pictures that cannot be read, or are longer than 8:1.
    /// - Throws: `TrainingError`, `NetworkError`, `QualityError`.
    public func run(leftOut: (String) -> Void = { _ in }) throws -> [Row] {
        guard 2...16 ~= scale else { throw QualityError.scale(scale) }
        if let model, model.architecture.enlargement != scale {
            throw QualityError.noUpscaler(model.metadata["upscaler"] ?? model.architecture.name, scale: scale)
        }
        let folder = try PhotoFolder(pictures), measurement = try QualityMeasurement(vgg: vgg)
        let rows: [Row] = try folder.files.indices.compactMap { index in
            guard let original = try? folder.read(index).cropped(toMultiplesOf: scale) else {
                leftOut(folder.files[index])
                return nil
            }
            let least = Plan.sides.lowerBound * scale
            guard min(original.width, original.height) >= least else {
                throw QualityError.tooSmallToReduce("\(pictures)/\(folder.files[index])", least: least)
            }
            let small = original.bicubic(width: original.width / scale, height: original.height / scale)
            let cubic = small.bicubic(width: original.width, height: original.height)
            let enlarged = try model.map { model in
                let result = PixelBuffer(width: original.width, height: original.height)
                let options = PainterOptions(precision: precision)
                try Painter(model: model, width: small.width, height: small.height, options: options)
                    .paint(small, into: result)
                return result
            }
            return Row(
                name: folder.files[index], bicubic: try measurement.compare(cubic, to: original, border: scale),
                model: try enlarged.map { try measurement.compare($0, to: original, border: scale) })
        }
        if rows.isEmpty { throw TrainingError.noReadablePhotos(pictures) }
        return rows
    }
}

extension PixelBuffer {
    /// Without what is left over at the right and at the bottom.
    fileprivate func cropped(toMultiplesOf factor: Int) -> PixelBuffer {
        let result = PixelBuffer(width: width / factor * factor, height: height / factor * factor)
        for y in 0..<result.height { result.row(y).update(from: row(y), count: 3 * result.width) }
        return result
    }
}
