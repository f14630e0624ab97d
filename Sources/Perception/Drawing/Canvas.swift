import Network

/// A picture to draw on: lines, and small text in a 3x5 face.
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

    /// Text with its top left corner at (x, y), each dot `scale` pixels wide. Characters without a shape are left blank.
    func text(_ text: String, x: Int, y: Int, scale: Int = 2, _ color: Color = (60, 60, 60)) {
        for (i, character) in text.enumerated() {
            for (row, bits) in (Self.face[character] ?? []).enumerated() {
                for column in 0..<3 where bits >> (2 - column) & 1 == 1 {
                    for dy in 0..<scale {
                        for dx in 0..<scale { set(x + (4 * i + column) * scale + dx, y + row * scale + dy, color) }
                    }
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

    /// Five rows of three dots, the leftmost the highest bit.
    private static let face: [Character: [UInt8]] = [
        "-": [0, 0, 7, 0, 0], "0": [7, 5, 5, 5, 7], "1": [2, 6, 2, 2, 7], "2": [7, 1, 7, 4, 7], "3": [7, 1, 7, 1, 7], "4": [5, 5, 7, 1, 1],
        "5": [7, 4, 7, 1, 7], "6": [7, 4, 7, 5, 7], "7": [7, 1, 1, 1, 1], "8": [7, 5, 7, 5, 7], "9": [7, 5, 7, 1, 7],
        "a": [0, 3, 5, 5, 3], "b": [4, 6, 5, 5, 6], "c": [0, 3, 4, 4, 3], "d": [1, 3, 5, 5, 3], "e": [0, 3, 5, 6, 3],
        "f": [1, 2, 7, 2, 2], "g": [0, 3, 5, 3, 6], "h": [4, 6, 5, 5, 5], "i": [2, 0, 2, 2, 2], "k": [4, 5, 6, 5, 5],
        "l": [2, 2, 2, 2, 1], "m": [0, 7, 7, 5, 5], "n": [0, 6, 5, 5, 5], "o": [0, 2, 5, 5, 2], "p": [0, 6, 5, 6, 4],
        "r": [0, 3, 4, 4, 4], "s": [0, 3, 6, 1, 6], "t": [2, 7, 2, 2, 1], "u": [0, 5, 5, 5, 3], "v": [0, 5, 5, 5, 2],
        "w": [0, 5, 5, 7, 5], "x": [0, 5, 2, 2, 5], "y": [0, 5, 5, 2, 4], "_": [0, 0, 0, 0, 7], ".": [0, 0, 0, 0, 2],
        "M": [5, 7, 7, 5, 5],
    ]
}
