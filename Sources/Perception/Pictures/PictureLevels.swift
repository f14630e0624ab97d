/// The sizes that a large picture goes through, coarse to fine.
///
/// VGG16's layers see a few hundred pixels at most: beyond that a painting's larger forms are lost. So they are laid out
/// small, and refined (Gatys et al. 2017, "Controlling perceptual factors in neural style transfer").
struct PictureLevels {
    struct Level: Equatable {
        let width: Int
        let height: Int
        let iterations: Int

        /// With `margin` pixels more at each edge.
        func shape(margin: Int) -> MapShape {
            MapShape(images: 1, height: height + 2 * margin, width: width + 2 * margin, channels: 3)
        }
    }

    /// Pixels of the long side that one size is enough for.
    private static let coarsest = 700

    let levels: [Level]

    /// Every size has half the iterations of the one before it, and twice its sides.
    init(width: Int, height: Int, iterations: Int) {
        var sizes = [(width, height)]
        while let (w, h) = sizes.first, max(w, h) > Self.coarsest, min(w, h) / 2 >= OptimizationMemory.leastSide {
            sizes.insert(((w + 1) / 2, (h + 1) / 2), at: 0)
        }
        let shares = (1 << sizes.count) - 1
        var left = iterations
        levels = sizes.enumerated().map { index, size in
            let share = iterations * (1 << (sizes.count - 1 - index)) / shares
            let count = index == sizes.count - 1 ? left : share
            left -= count
            return Level(width: size.0, height: size.1, iterations: count)
        }
    }
}
