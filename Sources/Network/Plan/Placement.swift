/// Where things of one memory lie: those that are never needed at once share it.
struct Placement {
    /// One a thing, in the unit of their sizes.
    private(set) var offsets: [Int]
    /// Of all together.
    private(set) var size = 0

    /// Gives each the lowest offset that is free all its life, the largest first.
    /// - Parameter things: Sizes, and the steps during which each is needed, inclusive; of size 0 they take no place.
    init(_ things: [(size: Int, life: ClosedRange<Int>)]) {
        offsets = Array(repeating: 0, count: things.count)
        var placed: [Int] = []
        for index in things.indices.sorted(by: { (things[$0].size, $1) > (things[$1].size, $0) }) where things[index].size > 0 {
            let (size, life) = things[index]
            var offset = 0
            for other in placed.sorted(by: { offsets[$0] < offsets[$1] }) where things[other].life.overlaps(life) {
                if offset + size <= offsets[other] { break }
                offset = max(offset, offsets[other] + things[other].size)
            }
            offsets[index] = offset
            placed.append(index)
            self.size = max(self.size, offset + size)
        }
    }
}
