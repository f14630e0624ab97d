extension Plan {
    /// Checks that this plan's memory can be had.
    /// - Parameter available: Bytes that are free; nil when nobody knows, and then everything fits.
    /// - Throws: `NetworkError.doesNotFit`, which names the largest size of the same aspect that fits.
    public func checkMemory(available: Int? = Memory.available()) throws(NetworkError) {
        guard let available, bytes > available else { return }
        throw .doesNotFit(
            width: width, height: height, needed: bytes, available: available, fits: largest(within: available))
    }

    /// The largest size of this aspect, in even pixels, whose plan takes no more than `available` bytes.
    private func largest(within available: Int) -> NetworkError.Size? {
        var best: NetworkError.Size?
        var (low, high) = (0, max(width, height) / 2)
        while low < high {
            let long = (low + high + 1) / 2
            if let size = size(longSide: 2 * long), fits(size, available) {
                best = size
                low = long
            } else if size(longSide: 2 * long) == nil {
                low = long  // Too small to be painted at all.
            } else {
                high = long - 1
            }
        }
        return best
    }

    private func size(longSide: Int) -> NetworkError.Size? {
        func even(_ side: Int) -> Int {
            Int((Double(side) * Double(longSide) / Double(max(width, height)) / 2).rounded()) * 2
        }
        let size = NetworkError.Size(width: even(width), height: even(height))
        return Self.sides.contains(size.width) && Self.sides.contains(size.height) ? size : nil
    }

    private func fits(_ size: NetworkError.Size, _ available: Int) -> Bool {
        let options = PainterOptions(engine: engine, precision: precision, threads: threads)
        guard let plan = try? Plan(architecture: architecture, width: size.width, height: size.height, options: options)
        else { return false }
        return plan.bytes <= available
    }
}
