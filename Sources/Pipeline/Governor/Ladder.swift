/// The resolutions that the network may run at, the full one first, each with about half the pixels of the one before.
/// The output's size is the same on every rung.
public struct Ladder: Sendable, Equatable {
    public struct Rung: Sendable, Equatable {
        public let width: Int
        public let height: Int

        public var area: Double { Double(width * height) }
    }

    public let rungs: [Rung]

    /// Pixels of the long and of the short side that no rung goes below.
    public static let floor = (long: 320, short: 180)

    /// Sides are multiples of 4, as the network works on those. The last rung is the floor where the aspect allows it; a
    /// picture that is already as small has one rung.
    /// - Parameter limit: rungs at most.
    public init(width: Int, height: Int, rungs limit: Int = .max) {
        var rungs = [Rung(width: width, height: height)]
        let smallest = max(
            Double(Self.floor.long) / Double(max(width, height)), Double(Self.floor.short) / Double(min(width, height)))
        var scale = 1.0
        while scale > smallest, rungs.count < limit {
            // A step that would end just above the floor goes all the way.
            scale = scale * 0.5.squareRoot() < smallest * 1.1 ? smallest : scale * 0.5.squareRoot()
            let rung = Rung(width: Self.side(width, scale), height: Self.side(height, scale))
            if let last = rungs.last, rung.area < 0.8 * last.area { rungs.append(rung) }
        }
        self.rungs = rungs
    }

    /// Rounded up, so that no rung falls below the floor.
    private static func side(_ side: Int, _ scale: Double) -> Int {
        min(side, Int((Double(side) * scale / 4 - 1e-9).rounded(.up)) * 4)
    }

    /// Side length on `rung` as a part of the full one.
    func scale(_ rung: Int) -> Double { (rungs[rung].area / rungs[0].area).squareRoot() }
}
