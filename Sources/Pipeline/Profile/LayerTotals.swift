import Network
import Synchronization

/// The times of the network's layers, and of what follows them, added up over all frames.
public final class LayerTotals: Sendable {
    public struct Layer: Sendable, Equatable {
        public var name: String
        public var seconds: Double
        /// Multiplications and additions.
        public var flops: Double
    }

    private let state = Mutex((layers: [Layer](), frames: 0))

    public init() {}

    /// In forward order.
    public var layers: [Layer] { state.withLock { $0.layers } }
    public var frames: Int { state.withLock { $0.frames } }

    /// One frame more; the layers are the same every time, at whatever resolution.
    public func add(_ timings: [LayerTiming]) {
        state.withLock { state in
            if state.layers.isEmpty { state.layers = timings.map { Layer(name: $0.name, seconds: 0, flops: 0) } }
            state.frames += 1
            for (i, timing) in timings.enumerated() where i < state.layers.count {
                state.layers[i].seconds += timing.seconds
                state.layers[i].flops += timing.flops
            }
        }
    }

    /// What else was done to the frame, after its layers; it has one name every time.
    public func add(step name: String, seconds: Double) {
        state.withLock { state in
            if let index = state.layers.firstIndex(where: { $0.name == name }) {
                state.layers[index].seconds += seconds
            } else {
                state.layers.append(Layer(name: name, seconds: seconds, flops: 0))
            }
        }
    }
}
