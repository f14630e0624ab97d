import Glibc

/// The losses of a run as a picture: logarithmic, smoothed over a hundredth of the run.
enum LossCurve {
    /// By name; a term without a colour is not drawn.
    private static let colors: [String: Canvas.Color] = [
        "style": (200, 80, 30), "content": (30, 110, 190), "temporal": (30, 150, 70), "grid": (190, 160, 0),
        "edge": (0, 150, 160), "tone": (130, 90, 40), "imitation": (150, 60, 150), "pixel": (120, 60, 160),
    ]

    private static var curves: [(name: String, color: Canvas.Color, value: (Losses) -> Double)] {
        [("total", (40, 40, 40), { $0.total })]
            + Losses.terms.compactMap { term in colors[term.name].map { (term.name, $0, { $0[keyPath: term.path] }) } }
    }

    static func draw(_ rows: [LossLog.Row], total: Int) -> Canvas {
        let canvas = Canvas(width: 900, height: 500)
        let (left, right, top, bottom) = (80.0, 740.0, 20.0, 460.0)
        // A loss that a part of the steps is without has no value there.
        let curves = curves, turns = 1 + rows.reduce(0) { max($0, $1.painting) }
        let series = curves.map { curve in
            let own = rows.filter { curve.value($0.losses) > 0 }
            return zip(own.map(\.step), smooth(own.map { log10(curve.value($0.losses)) }, turns: turns)).map { (step: $0, value: $1) }
        }
        let all = series.joined().map(\.value)
        guard let least = all.min(), let most = all.max() else { return canvas }
        let low = floor(least), high = max(ceil(most), low + 1)
        func y(_ value: Double) -> Double { bottom - (value - low) / (high - low) * (bottom - top) }
        func x(_ step: Int) -> Double { left + Double(step) / Double(max(total, 1)) * (right - left) }

        for decade in Int(low)...Int(high) {
            canvas.line(left, y(Double(decade)), right, y(Double(decade)), (220, 220, 220))
            canvas.text("1e\(decade)", x: 20, y: Int(y(Double(decade))) - 7, scale: 2)
        }
        for quarter in 0...4 {
            let step = total * quarter / 4
            canvas.line(x(step), top, x(step), bottom, (235, 235, 235))
            canvas.text("\(step)", x: Int(x(step)) - Canvas.advance() * "\(step)".count, y: Int(bottom) + 12, scale: 2)
        }
        for (index, (curve, points)) in zip(curves, series).filter({ !$1.isEmpty }).enumerated() {
            canvas.text(curve.name, x: 760, y: 30 + 24 * index, scale: 2, curve.color)
            for (from, to) in zip(points, points.dropFirst()) where to.step == from.step + 1 {
                canvas.line(x(from.step), y(from.value), x(to.step), y(to.value), curve.color)
            }
        }
        return canvas
    }

    /// A running mean, over fewer values at the start.
    /// - Parameter turns: Paintings that have a step each in turn, and losses of their own: all of them are in every mean.
    private static func smooth(_ values: [Double], turns: Int) -> [Double] {
        let width = (max(1, values.count / 100) + turns - 1) / turns * turns
        var sum = 0.0
        return values.indices.map { i in
            sum += values[i] - (i >= width ? values[i - width] : 0)
            return sum / Double(min(i + 1, width))
        }
    }
}
