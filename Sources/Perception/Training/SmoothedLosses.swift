/// Running means of the losses over about fifty steps.
struct SmoothedLosses {
    private(set) var mean = Losses()
    private var count = 0

    /// Of the steps that a log has, without those before the objective took over from imitation.
    /// - Parameter style: That had its turns, of so many.
    init(_ log: LossLog, imitated: Int, style: (index: Int, of: Int) = (0, 1)) {
        let steps = log.rows.last?.step ?? 0
        for row in log.rows.suffix(50 * style.of)
        where (steps < imitated || row.step > imitated) && (row.step - 1) % style.of == style.index {
            add(row.losses)
        }
    }

    mutating func add(_ losses: Losses) {
        count += 1
        let share = 1 / Double(min(count, 50))
        var next = Losses()
        next.add(mean, share: 1 - share)
        next.add(losses, share: share)
        mean = next
    }
}
