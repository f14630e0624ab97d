import Network

/// How noisy a painted picture is where the photo has nothing to see.
///
/// The estimator of Immerkær 1996 ("Fast noise variance estimation"): a filter that neither slopes nor edges pass, over the
/// pixels around which the photo is flat.
struct FlatNoise {
    /// Half the side of the window that must be flat, and the deviation of luma that it may have.
    private static let reach = 4
    private static let flat: Float = 2
    private let width: Int
    private let height: Int
    /// Places, row by row, of the flat pixels.
    private let places: [Int]

    init(photo: PixelBuffer) {
        let luma = Luma(photo), reach = Self.reach, area = Float((2 * reach + 1) * (2 * reach + 1))
        (width, height) = (luma.width, luma.height)
        var places: [Int] = []
        for y in stride(from: reach, to: luma.height - reach, by: 1) {
            for x in stride(from: reach, to: luma.width - reach, by: 1) {
                let centre = luma.values[y * luma.width + x]
                var (sum, squares): (Float, Float) = (0, 0)
                for dy in -reach...reach {
                    for dx in -reach...reach {
                        let d = luma.values[(y + dy) * luma.width + x + dx] - centre
                        sum += d
                        squares += d * d
                    }
                }
                let mean = sum / area
                if squares / area - mean * mean <= Self.flat * Self.flat { places.append(y * luma.width + x) }
            }
        }
        self.places = places
    }

    /// The standard deviation of noise in a picture of the photo's size, in levels of luma; nil where nothing is flat.
    func deviation(of picture: PixelBuffer) -> Double? {
        if places.isEmpty { return nil }
        let values = Luma(picture).values, w = width
        let sum = places.reduce(0.0) { sum, at in
            let corners = values[at - w - 1] + values[at - w + 1] + values[at + w - 1] + values[at + w + 1]
            let sides = values[at - w] + values[at - 1] + values[at + 1] + values[at + w]
            return sum + Double(abs(corners - 2 * sides + 4 * values[at]))
        }
        return (Double.pi / 2).squareRoot() / 6 * sum / Double(places.count)
    }
}
