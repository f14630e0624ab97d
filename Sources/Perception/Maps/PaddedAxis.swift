/// What lies beyond the edge of a map.
enum Padding: Sendable {
    case zero
    case reflection
}

/// Where the coordinates of a padded axis come from. Padding and nearest-neighbour enlargement are entries of a table,
/// so that no inner loop has an edge case, and the transpose of reading through it is adding through it.
struct PaddedAxis {
    /// Source coordinate of each padded one, or -1 for zeros.
    let sources: [Int]

    /// - Parameters:
    ///   - length: Of the source, at least 1.
    ///   - upsampling: Each source coordinate counts this many times before the padding.
    ///   - border: Coordinates added at each end.
    ///   - overhang: Further coordinates at the end, zeros.
    init(length: Int, upsampling: Int = 1, border: Int, padding: Padding, overhang: Int = 0) {
        let enlarged = length * upsampling
        sources = (-border..<(enlarged + border + overhang)).map { position in
            if position >= enlarged + border { return -1 }
            if (0..<enlarged).contains(position) { return position / upsampling }
            guard padding == .reflection, enlarged > 1 else { return -1 }
            // Mirrored about the outermost pixels, or an enlarged axis about its edge: see `Convolution`.
            let repeats = upsampling > 1 ? 1 : 0, period = 2 * (enlarged - 1 + repeats)
            let folded = (position % period + period) % period
            return min(folded, period - repeats - folded) / upsampling
        }
    }

    /// The table as element offsets for a source whose coordinates are `step` elements apart.
    func offsets(step: Int) -> [Int32] { sources.map { $0 < 0 ? -1 : Int32($0 * step) } }
}
