import Network

/// A picture to draw on: lines, and small text in `DotFace`.
struct Canvas {
    typealias Color = (UInt8, UInt8, UInt8)
    let pixels: PixelBuffer

    init(width: Int, height: Int, background: Color = (255, 255, 255)) {
        pixels = PixelBuffer(width: width, height: height)
        for y in 0..<height { for x in 0..<width { set(x, y, background) } }
    }

    func set(_ x: Int, _ y: Int, _ color: Color) {
        guard (0..<pixels.width).contains(x), (0..<pixels.height).contains(y) else { return }
        let at = pixels.row(y) + 3 * x
        (at[0], at[1], at[2]) = color
    }

    /// A line two pixels thick.
    func line(_ x0: Double, _ y0: Double, _ x1: Double, _ y1: Double, _ color: Color) {
        let steps = max(1, Int(max(abs(x1 - x0), abs(y1 - y0)).rounded(.up)))
        for i in 0...steps {
            let t = Double(i) / Double(steps), x = Int((x0 + (x1 - x0) * t).rounded()),
                y = Int((y0 + (y1 - y0) * t).rounded())
            set(x, y, color)
            set(x, y + 1, color)
        }
    }

    /// Pixels from one letter to the next.
    static func advance(scale: Int = 1) -> Int { (DotFace.columns + 1) * scale }

    /// Text with its top left corner at (x, y). Letters that `DotFace` lacks are blank.
    /// - Parameter scale: Pixels of a dot; a letter has five by nine.
    func text(_ text: String, x: Int, y: Int, scale: Int = 1, _ color: Color = (60, 60, 60)) {
        for (i, character) in text.enumerated() {
            for (row, bits) in (DotFace.dots[character] ?? []).enumerated() {
                for column in 0..<DotFace.columns where bits >> (DotFace.columns - 1 - column) & 1 == 1 {
                    let left = x + i * Self.advance(scale: scale) + column * scale, top = y + row * scale
                    for dy in 0..<scale { for dx in 0..<scale { set(left + dx, top + dy, color) } }
                }
            }
        }
    }

    func copy(_ picture: PixelBuffer, x: Int, y: Int) {
        for row in 0..<picture.height {
            let from = picture.row(row)
            for column in 0..<picture.width {
                set(x + column, y + row, (from[3 * column], from[3 * column + 1], from[3 * column + 2]))
            }
        }
    }

    /// Writes a picture file of the kind that the name's extension says.
    func write(_ path: String) throws { try pixels.write(path) }
}
