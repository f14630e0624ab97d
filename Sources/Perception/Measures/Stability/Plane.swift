import Network

/// One channel of a picture.
struct Plane: Sendable {
    let width: Int
    let height: Int
    var values: [Float]

    init(width: Int, height: Int, values: [Float]? = nil) {
        self.width = width
        self.height = height
        self.values = values ?? [Float](repeating: 0, count: width * height)
    }

    /// Luminance 0…255.
    init(luminanceOf picture: PixelBuffer) {
        self.init(width: picture.width, height: picture.height)
        for y in 0..<height {
            let row = picture.row(y)
            for x in 0..<width { values[y * width + x] = SIMD3(row + 3 * x).luminance }
        }
    }

    /// Beyond the edge, the value of the edge.
    func at(_ x: Int, _ y: Int) -> Float { values[min(max(y, 0), height - 1) * width + min(max(x, 0), width - 1)] }

    /// Bilinear.
    func sample(_ x: Float, _ y: Float) -> Float {
        let x = min(max(x, 0), Float(width - 1)), y = min(max(y, 0), Float(height - 1))
        let (x0, y0) = (Int(x), Int(y)), (fx, fy) = (x - Float(x0), y - Float(y0))
        let (x1, y1) = (min(x0 + 1, width - 1), min(y0 + 1, height - 1))
        let top = values[y0 * width + x0] * (1 - fx) + values[y0 * width + x1] * fx
        return top * (1 - fy) + (values[y1 * width + x0] * (1 - fx) + values[y1 * width + x1] * fx) * fy
    }

    /// Half the size, each pixel the mean of four.
    func halved() -> Plane {
        var result = Plane(width: (width + 1) / 2, height: (height + 1) / 2)
        for y in 0..<result.height {
            for x in 0..<result.width {
                let sum = at(2 * x, 2 * y) + at(2 * x + 1, 2 * y) + at(2 * x, 2 * y + 1) + at(2 * x + 1, 2 * y + 1)
                result.values[y * result.width + x] = sum * 0.25
            }
        }
        return result
    }

    /// Sums over windows of 2 radius + 1 pixels a side.
    func boxed(radius: Int) -> Plane {
        var across = self, result = self
        for y in 0..<height {
            var sum: Float = 0
            for x in -radius...radius { sum += at(x, y) }
            for x in 0..<width {
                across.values[y * width + x] = sum
                sum += at(x + radius + 1, y) - at(x - radius, y)
            }
        }
        for x in 0..<width {
            var sum: Float = 0
            for y in -radius...radius { sum += across.at(x, y) }
            for y in 0..<height {
                result.values[y * width + x] = sum
                sum += across.at(x, y + radius + 1) - across.at(x, y - radius)
            }
        }
        return result
    }

    /// The middle one of each pixel and its eight neighbours.
    func median() -> Plane {
        var result = self
        withUnsafeTemporaryAllocation(of: Float.self, capacity: 9) { window in
            for y in 0..<height {
                for x in 0..<width {
                    var count = 0
                    for dy in -1...1 {
                        for dx in -1...1 {
                            // Insertion keeps the window in order.
                            let value = at(x + dx, y + dy)
                            var place = count
                            while place > 0, window[place - 1] > value {
                                window[place] = window[place - 1]
                                place -= 1
                            }
                            window[place] = value
                            count += 1
                        }
                    }
                    result.values[y * width + x] = window[4]
                }
            }
        }
        return result
    }
}
