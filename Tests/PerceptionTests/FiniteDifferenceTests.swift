import Testing

@testable import Network
@testable import Perception

/// The gradients of the reference layers against central differences in double precision.
@Suite struct FiniteDifferenceTests {
    /// Checks `gradient` of `loss` at `x`, at some of its places.
    private func check(_ x: [Double], _ gradient: [Double], step: Double = 1e-5, _ loss: ([Double]) -> Double) {
        let scale = gradient.map(abs).max() ?? 0
        #expect(scale > 0)
        for i in stride(from: 0, to: x.count, by: max(1, x.count / 60)) {
            var (up, down) = (x, x)
            up[i] += step
            down[i] -= step
            let slope = (loss(up) - loss(down)) / (2 * step)
            #expect(abs(slope - gradient[i]) <= 1e-6 * scale, "at \(i): \(gradient[i]), difference quotient \(slope)")
        }
    }

    private func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }

    @Test(arguments: [
        (Convolution("c", 2, 3, kernel: 3), Padding.reflection), (Convolution("c", 2, 3, kernel: 3), .zero),
        (Convolution("c", 3, 2, kernel: 5, stride: 2), .reflection),
        (Convolution("c", 2, 2, kernel: 3, upsampling: 2), .reflection),
        (Convolution("c", 2, 3, kernel: 9), .reflection),
    ])
    func convolution(_ shape: Convolution, _ padding: Padding) {
        var noise = SplitMix64(state: 1)
        let layer = ReferenceConvolution(
            shape: shape, padding: padding,
            weights: noise.values(shape.inputs * shape.outputs * shape.kernel * shape.kernel),
            bias: noise.values(shape.outputs))
        let x = ReferenceMap(2, 6, 8, shape.inputs, values: noise.values(2 * 48 * shape.inputs))
        var dy = layer.output(for: x)
        dy.values = noise.values(dy.values.count)
        let gradient = layer.backward(x, dy: dy)
        func loss(_ x: ReferenceMap, _ layer: ReferenceConvolution) -> Double {
            dot(layer.forward(x).values, dy.values)
        }
        check(x.values, gradient.dx.values) { loss(ReferenceMap(2, 6, 8, shape.inputs, values: $0), layer) }
        check(layer.weights, gradient.weights) {
            var moved = layer
            moved.weights = $0
            return loss(x, moved)
        }
        check(layer.bias, gradient.bias) {
            var moved = layer
            moved.bias = $0
            return loss(x, moved)
        }
    }

    @Test func instanceNorm() {
        var noise = SplitMix64(state: 2)
        let layer = ReferenceNorm(scale: noise.values(3), offset: noise.values(3))
        let x = ReferenceMap(2, 4, 5, 3, values: noise.values(120)),
            dy = ReferenceMap(2, 4, 5, 3, values: noise.values(120))
        let gradient = layer.backward(x, dy: dy)
        check(x.values, gradient.dx.values) {
            dot(layer.forward(ReferenceMap(2, 4, 5, 3, values: $0)).values, dy.values)
        }
        check(layer.scale, gradient.scale) {
            dot(ReferenceNorm(scale: $0, offset: layer.offset).forward(x).values, dy.values)
        }
        check(layer.offset, gradient.offset) {
            dot(ReferenceNorm(scale: layer.scale, offset: $0).forward(x).values, dy.values)
        }
    }

    @Test(arguments: Pooling.allCases) func pooling(_ pooling: Pooling) {
        var noise = SplitMix64(state: 3)
        let layer = ReferencePooling(pooling: pooling), x = ReferenceMap(2, 4, 6, 2, values: noise.values(96))
        let dy = ReferenceMap(2, 2, 3, 2, values: noise.values(24))
        check(x.values, layer.backward(x, dy: dy).values) {
            dot(layer.forward(ReferenceMap(2, 4, 6, 2, values: $0)).values, dy.values)
        }
    }

    @Test func losses() {
        var noise = SplitMix64(state: 4)
        let x = ReferenceMap(2, 4, 5, 3, values: noise.values(120)), target = noise.values(120), gram = noise.values(9)
        func map(_ values: [Double]) -> ReferenceMap { ReferenceMap(2, 4, 5, 3, values: values) }
        check(x.values, ReferenceLoss.meanSquare(x.values, target).1) { ReferenceLoss.meanSquare($0, target).0 }
        check(x.values, ReferenceLoss.style(x, target: gram).1.values) { ReferenceLoss.style(map($0), target: gram).0 }
        check(x.values, ReferenceLoss.totalVariation(x).1.values) { ReferenceLoss.totalVariation(map($0)).0 }
    }
}
