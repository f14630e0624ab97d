import Network

/// Pictures of one size in rows, each with its name above it.
struct PictureGrid {
    private static let gap = 8
    private static let caption = 24
    private let columns: Int
    private let cell: (width: Int, height: Int)
    let width: Int
    let height: Int

    /// - Parameters:
    ///   - pictures: How many.
    ///   - columns: At most.
    init(pictures: Int, width: Int, height: Int, columns: Int = 3) {
        cell = (width + Self.gap, height + Self.caption + Self.gap)
        self.columns = max(1, min(columns, pictures))
        self.width = Self.gap + self.columns * cell.width
        self.height = (pictures + self.columns - 1) / self.columns * cell.height + Self.gap
    }

    func draw(_ pictures: [(name: String, pixels: PixelBuffer)]) -> PixelBuffer {
        let canvas = Canvas(width: width, height: height)
        for (index, picture) in pictures.enumerated() {
            let x = Self.gap + index % columns * cell.width, y = index / columns * cell.height
            let scale = max(1, min(2, (cell.width - Self.gap) / max(1, Canvas.advance() * picture.name.count)))
            canvas.text(picture.name, x: x, y: y + 8, scale: scale)
            canvas.copy(picture.pixels, x: x, y: y + Self.caption + Self.gap)
        }
        return canvas.pixels
    }
}
