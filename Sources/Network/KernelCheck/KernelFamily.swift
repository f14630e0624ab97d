/// A layer's kernel in one of its uses: as the check runs it, and as the benchmarks time it.
struct KernelFamily: Sendable {
    let name: String
    /// Every remainder of tiles, strips and column blocks, and the sizes that networks have.
    let shapes: [KernelShape]
    /// A layer of the full or the live network at 640x360, or a part of one.
    let typical: KernelShape
    let kernel: @Sendable (KernelShape) -> any LayerKernel

    static let all = winograd + ends + direct

    private static let winograd = [
        ("winograd", Sides.same, KernelShape(width: 160, height: 90, inputs: 128, outputs: 128, relu: true)),
        ("winograd, nearest x2", .doubled, KernelShape(width: 160, height: 90, inputs: 128, outputs: 64, relu: true)),
        ("winograd, stride 2", .halved, KernelShape(width: 320, height: 180, inputs: 64, outputs: 128, relu: true)),
    ].map { name, sides, typical in
        let even = sides == .halved ? 2 : 1
        let shapes = (0..<12).map {
            KernelShape(
                width: $0 == 11 ? 4 : even * (5 + 3 * $0), height: $0 == 11 ? 4 : even * (4 + $0), inputs: 16 * (1 + $0 % 4), outputs: 16 * (1 + $0 % 3),
                relu: $0 % 2 == 0, skip: $0 % 3 == 0, keeps: sides == .same && $0 % 4 < 2)
        }
        return KernelFamily(name: name, shapes: shapes, typical: typical) {
            WinogradKernel(convolution: $0.convolution(sides))
        }
    }

    private static let ends = [
        ("first", KernelShape(width: 640, height: 120, inputs: 3, outputs: 32, kernel: 9)),
        ("last", KernelShape(width: 640, height: 120, inputs: 32, outputs: 3, kernel: 9, relu: true)),
    ].map { name, typical in
        let isFirst = typical.inputs == 3
        let shapes = (0..<10).map {
            KernelShape(
                width: 17 + 13 * $0, height: 10 + $0, inputs: isFirst ? 3 : 16 * (1 + $0 % 3),
                outputs: isFirst ? 16 * (1 + $0 % 3) : 3, kernel: [9, 5, 7, 3, 1, 15, 11, 13, 9, 5][$0], relu: $0 % 2 == 0,
                picture: isFirst || $0 % 4 == 0 ? nil : $0 % 4)
        }
        return KernelFamily(name: name, shapes: shapes, typical: typical) {
            EndKernel(convolution: $0.convolution(.same), picture: $0.picture)
        }
    }

    private static let direct = [
        ("first, stride 2", Sides.halved, KernelShape(width: 640, height: 360, inputs: 3, outputs: 16, kernel: 5)),
        ("last, nearest x2", .doubled, KernelShape(width: 320, height: 180, inputs: 16, outputs: 3, kernel: 5, relu: true)),
        ("direct", .same, KernelShape(width: 160, height: 90, inputs: 64, outputs: 64, relu: true)),
        ("direct, stride 2", .halved, KernelShape(width: 320, height: 180, inputs: 32, outputs: 64, relu: true)),
    ].map { name, sides, typical in
        let even = sides == .halved ? 2 : 1, isFirst = typical.inputs == 3, isLast = typical.outputs == 3
        let kernels = isFirst || isLast ? [5, 3, 9, 7, 1, 15, 11, 13, 5, 9] : [5, 3, 9, 7]
        let shapes = (0..<10).map {
            KernelShape(
                width: even * (9 + 7 * $0), height: even * (8 + $0), inputs: isFirst ? 3 : 16 * (1 + $0 % 3),
                outputs: isLast ? 3 : 16 * (1 + $0 % 4), kernel: kernels[$0 % kernels.count], relu: $0 % 2 == 0,
                skip: $0 % 3 == 0)
        }
        return KernelFamily(name: name, shapes: shapes, typical: typical) {
            DirectKernel(convolution: $0.convolution(sides))
        }
    }
}

/// The layer of a case.
struct KernelShape: Sendable {
    /// Of the map that is loaded.
    var width, height: Int
    var inputs, outputs: Int
    var kernel = 3
    var relu = false, skip = false
    /// Whether the loaded values are kept for a later skip.
    var keeps = false
    /// Last layer: the picture is added, enlarged by this.
    var picture: Int?

    func convolution(_ sides: Sides) -> Convolution {
        Convolution(
            "", inputs, outputs, kernel: kernel, stride: sides == .halved ? 2 : 1, upsampling: sides == .doubled ? 2 : 1)
    }
}

/// What a convolution does to the sides of its map.
enum Sides { case same, halved, doubled }
