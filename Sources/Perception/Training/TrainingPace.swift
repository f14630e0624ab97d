/// How long a run will still take: by what steps of each of its stages took, and of a stage that has not begun by its pixels.
struct TrainingPace {
    private let stages: [TrainingStage]
    private var taken: [(steps: Int, seconds: Double)]

    init(_ stages: [TrainingStage]) {
        self.stages = stages
        taken = stages.map { _ in (0, 0) }
    }

    /// What the step after `step` others took.
    mutating func add(_ seconds: Double, step: Int, of total: Int) {
        let stage = stages.place(of: step, total: total)
        taken[stage].steps += 1
        taken[stage].seconds += seconds
    }

    /// Seconds from `step` steps on.
    func remaining(after step: Int, of total: Int) -> Double {
        guard let known = taken.lastIndex(where: { $0.steps > 0 }) else { return 0 }
        var remaining = 0.0, begin = 0
        for (index, stage) in stages.enumerated() {
            let end = stage.end(of: total), left = Double(max(0, end - max(begin, step)))
            let measured = taken[index].steps > 0 ? index : known, (steps, seconds) = taken[measured]
            let share = Double(stage.pixels) / Double(stages[measured].pixels)
            remaining += left * seconds / Double(steps) * share
            begin = end
        }
        return remaining
    }
}
