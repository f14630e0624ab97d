import Network

/// A few photos beside what the network makes of them now.
struct PreviewStrip {
    private static let height = 224
    private let photos: [PixelBuffer]
    private let painting: PixelBuffer

    /// Takes the first photos that can be read, in an order of the seed's own.
    init(_ folder: PhotoFolder, painting: PixelBuffer, seed: UInt64) throws {
        var random = RandomStream(seed: seed, place: 0x7072_6576)
        var photos: [PixelBuffer] = []
        for index in Array(folder.files.indices).shuffled(using: &random) where photos.count < 4 {
            // A banner would be wider than a network can paint.
            guard let photo = try? folder.read(index), photo.width <= 8 * photo.height else { continue }
            photos.append(try photo.fitted(height: Self.height))
        }
        self.photos = photos
        self.painting = try painting.fitted(height: Self.height)
    }

    /// Photos above, painted below, the painting itself at the left.
    func draw(_ model: Model, pool: ThreadPool) throws -> Canvas {
        let gap = 8, columns = [painting] + photos
        let canvas = Canvas(width: columns.reduce(gap) { $0 + $1.width + gap }, height: 2 * Self.height + 3 * gap)
        var x = gap
        canvas.copy(painting, x: x, y: gap)
        x += painting.width + gap
        for photo in photos {
            let painted = PixelBuffer(width: photo.width, height: photo.height)
            try Painter(model: model, width: photo.width, height: photo.height, pool: pool).paint(photo, into: painted)
            canvas.copy(photo, x: x, y: gap)
            canvas.copy(painted, x: x, y: 2 * gap + Self.height)
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
