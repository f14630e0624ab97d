extension Plan {
    /// Checks that this plan's memory can be had.
    /// - Parameter available: Bytes that are free; nil when nobody knows, and then everything fits.
    /// - Throws: `NetworkError.doesNotFit`, which names the largest size of the same aspect that fits.
    public func checkMemory(available: Int? = Memory.available()) throws(NetworkError) {
        guard let available, bytes > available else { return }
        throw .doesNotFit(
            width: width, height: height, needed: bytes, available: available,
            fits: .largest(like: .init(width: width, height: height), least: Self.sides.lowerBound) { fits($0, available) })
    }

    private func fits(_ size: NetworkError.Size, _ available: Int) -> Bool {
        let options = PainterOptions(engine: engine, precision: precision, threads: threads)
        guard let plan = try? Plan(architecture: architecture, width: size.width, height: size.height, options: options)
        else { return false }
        return plan.bytes <= available
    }
}
