import Network

/// The values of a network under training and their gradient, each one flat array in the order of the architecture.
final class ParameterStore {
    let shapes: [ParameterShape]
    let count: Int
    /// What the optimiser moves.
    let values: UnsafeMutablePointer<Float>
    /// What the network computes with and the model's file holds: `values`, or what rounding made of them.
    let weights: UnsafeMutablePointer<Float>
    let gradient: UnsafeMutablePointer<Float>
    private let ranges: [String: Range<Int>]
    private let rounding: WeightRounding?
    private let memory = MapMemory()

    init(architecture: Architecture, rounding: WeightRounding? = nil) {
        self.rounding = rounding
        shapes = architecture.parameters
        var ranges: [String: Range<Int>] = [:], next = 0
        for parameter in shapes {
            let size = parameter.shape.reduce(1, *)
            ranges[parameter.name] = next..<next + size
            next += size
        }
        self.ranges = ranges
        count = next
        values = memory.floats(next)
        weights = rounding == nil ? values : memory.floats(next)
        gradient = memory.floats(next)
    }

    /// Where the tensor `name` lies; empty when the architecture has none of that name.
    func range(_ name: String) -> Range<Int> { ranges[name] ?? 0..<0 }

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
