import Network

/// The values of a network under training and their gradient, each one flat array in the order of the architecture.
///
/// Of several styles on one body the first's norms and last convolution lie among the network's values; the others' wait behind
/// them, in arrays that are as much longer, until `exchange` brings them in.
final class ParameterStore {
    let shapes: [ParameterShape]
    /// Of every array: the network's values, and those of the styles that wait.
    let count: Int
    private let network: Int
    /// What the optimiser moves.
    let values: UnsafeMutablePointer<Float>
    /// What the network computes with and the model's file holds: `values`, or what rounding made of them.
    let weights: UnsafeMutablePointer<Float>
    let gradient: UnsafeMutablePointer<Float>
    private let ranges: [String: Range<Int>]
    /// Where in the network a style's own values lie.
    private let own: [Range<Int>]
    private let styles: Int
    private let rounding: WeightRounding?
    private let memory = MapMemory()

    /// - Parameter styles: That take turns on one body.
    init(architecture: Architecture, styles: Int = 1, rounding: WeightRounding? = nil) {
        self.rounding = rounding
        self.styles = styles
        shapes = architecture.parameters
        var ranges: [String: Range<Int>] = [:], next = 0
        for parameter in shapes {
            let size = parameter.shape.reduce(1, *)
            ranges[parameter.name] = next..<next + size
            next += size
        }
        self.ranges = ranges
        let own = architecture.styleParameters.compactMap { ranges[$0.name] }
        self.own = own
        network = next
        next += (styles - 1) * own.reduce(0) { $0 + $1.count }
        count = next
        values = memory.floats(next)
        weights = rounding == nil ? values : memory.floats(next)
        gradient = memory.floats(next)
    }

    /// Where the tensor `name` lies; empty when the architecture has none of that name.
    func range(_ name: String) -> Range<Int> { ranges[name] ?? 0..<0 }

    /// Where the tensor `name` lies, and how many styles take turns there.
    func turns(_ name: String) -> (range: Range<Int>, turns: Int) {
        let range = range(name)
        return (range, own.contains(range) ? styles : 1)
    }

    func value(_ name: String) -> UnsafePointer<Float> { UnsafePointer(weights + range(name).lowerBound) }

    func gradient(_ name: String) -> UnsafeMutablePointer<Float> { gradient + range(name).lowerBound }

    /// Makes `weights` of what `values` are now.
    func round(on pool: ThreadPool) {
        guard let rounding else { return }
        pool.run(shapes.count) { [self] index, _ in
            let range = range(shapes[index].name)
            let from = UnsafeBufferPointer(start: values + range.lowerBound, count: range.count)
            if shapes[index].shape.count == 4 {
                rounding.round(from, into: weights + range.lowerBound)
            } else if let start = from.baseAddress {
                (weights + range.lowerBound).update(from: start, count: range.count)
            }
        }
    }

    /// Exchanges, in `values` or another such array, what lies in the network for what waits of style `style`, or back.
    func exchange(_ style: Int, in array: UnsafeMutablePointer<Float>) {
        forEachWaiting(style) { network, waiting, count in
            for i in 0..<count { swap(&array[network + i], &array[waiting + i]) }
        }
    }

    /// Has every style begin as the first.
    func spread() {
        for style in 1..<max(styles, 1) {
            forEachWaiting(style) { (values + $1).update(from: values + $0, count: $2) }
        }
    }

    /// Where in the network a tensor of the style's own goes, where it waits, and how long it is; nothing of the first waits.
    private func forEachWaiting(_ style: Int, _ body: (_ network: Int, _ waiting: Int, _ count: Int) -> Void) {
        guard style > 0 else { return }
        var waiting = network + (style - 1) * own.reduce(0) { $0 + $1.count }
        for range in own {
            body(range.lowerBound, waiting, range.count)
            waiting += range.count
        }
    }

    /// Copies a model's tensors in.
    func load(_ tensors: [String: [Float]]) {
        for parameter in shapes {
            let range = range(parameter.name)
            guard let tensor = tensors[parameter.name], tensor.count == range.count else { continue }
            tensor.withUnsafeBufferPointer { from in
                if let base = from.baseAddress { (values + range.lowerBound).update(from: base, count: range.count) }
            }
        }
    }

    var tensors: [String: [Float]] {
        ranges.mapValues { Array(UnsafeBufferPointer(start: weights + $0.lowerBound, count: $0.count)) }
    }
}
