extension NetworkError.Size {
    /// The largest size of the aspect of `size`, in even pixels and no larger than it, that `fits`.
    /// - Parameters:
    ///   - least: Pixels of the shorter side.
    ///   - fits: Of a size; what fits, fits smaller too.
    public static func largest(like size: Self, least: Int, where fits: (Self) -> Bool) -> Self? {
        var best: Self?
        var (low, high) = (0, max(size.width, size.height) / 2)
        while low < high {
            let half = (low + high + 1) / 2, factor = Double(2 * half) / Double(max(size.width, size.height))
            func even(_ side: Int) -> Int { Int((Double(side) * factor / 2).rounded()) * 2 }
            let smaller = Self(width: even(size.width), height: even(size.height))
            if min(smaller.width, smaller.height) < least {
                low = half
            } else if fits(smaller) {
                best = smaller
                low = half
            } else {
                high = half - 1
            }
        }
        return best
    }
}
