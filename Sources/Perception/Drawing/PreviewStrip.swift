import Network

/// A few photos above what the network makes of them now, a row a painting.
struct PreviewStrip {
    private static let height = 224
    private let photos: [PixelBuffer]
    private let paintings: [PixelBuffer]

    /// Takes the first photos that can be read, in an order of the seed's own.
    init(_ folder: PhotoFolder, paintings: [PixelBuffer], seed: UInt64) throws {
        var random = RandomStream(seed: seed, place: 0x7072_6576)
        var photos: [PixelBuffer] = []
        for index in Array(folder.files.indices).shuffled(using: &random) where photos.count < 4 {
            guard let photo = try? folder.read(index) else { continue }
            photos.append(try photo.fitted(height: Self.height))
        }
        self.photos = photos
        self.paintings = try paintings.map { try $0.fitted(height: Self.height) }
    }

    /// - Parameter models: One a painting, which lies at the left of its row.
    func draw(_ models: [Model], pool: ThreadPool) throws -> Canvas {
        let gap = 8, side = paintings.reduce(0) { max($0, $1.width) }
        func top(_ row: Int) -> Int { gap + (row + 1) * (Self.height + gap) }
        let width = photos.reduce(side + 2 * gap) { $0 + $1.width + gap }
        let canvas = Canvas(width: width, height: (1 + models.count) * (Self.height + gap) + gap)
        for (row, painting) in paintings.enumerated() {
            canvas.copy(painting, x: gap + side - painting.width, y: top(row))
        }
        var x = side + 2 * gap
        for photo in photos {
            canvas.copy(photo, x: x, y: gap)
            for (row, model) in models.enumerated() {
                let painted = PixelBuffer(width: photo.width, height: photo.height)
                try Painter(model: model, width: photo.width, height: photo.height, pool: pool).paint(photo, into: painted)
                canvas.copy(painted, x: x, y: top(row))
            }
            x += photo.width + gap
        }
        return canvas
    }
}

extension PixelBuffer {
    /// Scaled to `height`, keeping the aspect.
    fileprivate func fitted(height: Int) throws -> PixelBuffer {
        let width = max(16, (self.width * height + self.height / 2) / self.height)
        return try scaled(width: width, height: height)
    }
}
