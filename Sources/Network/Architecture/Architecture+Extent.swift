extension Architecture {
    /// Values of the largest map that a square picture passes through, beside its own three channels.
    /// - Parameter side: Pixels of what the network gives.
    package func largestMap(side: Int) -> Int {
        var scale = enlargement, largest = 0
        for case .convolution(let c, _, _) in blocks {
            largest = max(largest, side / scale * (side / scale) * c.inputs)
            scale = max(1, scale * c.stride / c.upsampling)
            largest = max(largest, side / scale * (side / scale) * c.outputs)
        }
        return largest
    }

    /// Whether this project's own kernels run it on every machine that they know: else it paints many times slower.
    package var runsOnOwnKernels: Bool { NativeGraph(self, lanes: 16) != nil }
}
