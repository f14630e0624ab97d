import Glibc

/// The learning rate over a run: a linear rise over the first steps, then half a cosine down to a twentieth.
struct LearningRate: Sendable {
    let peak: Double
    let total: Int

    private var rise: Int { min(100, max(1, total / 20)) }

    /// The rate of step `step` (from 0).
    func at(_ step: Int) -> Double {
        if step < rise { return peak * Double(step + 1) / Double(rise) }
        let fraction = Double(step - rise) / Double(max(1, total - rise))
        return peak * (0.05 + 0.95 * 0.5 * (1 + cos(.pi * min(1, fraction))))
    }
}
