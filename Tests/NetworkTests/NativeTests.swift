import CKernels
import Testing

@testable import Network

/// Our own kernels, in every instruction set and precision of this machine.
@Suite(.serialized) struct NativeTests {
    /// One table with the threads to run it on.
    struct Choice: Sendable, CustomTestStringConvertible {
        let kernels: NativeKernels
        var testDescription: String { kernels.name }

        func executor(_ model: Model, _ width: Int, _ height: Int, threads: Int = 2) throws -> any Executor {
            let graph = try #require(NativeGraph(model.architecture, lanes: kernels.lanes))
            let options = PainterOptions(engine: .reference, threads: threads)
            let plan = try Plan(architecture: model.architecture, width: width, height: height, options: options)
            let packed = PackedWeights(model: model, graph: graph, kernels: kernels)
            return try NativeExecutor(plan: plan, graph: graph, packed: packed, isOwner: true, pool: ThreadPool(threads: threads))
        }

        static let all = KernelCheck.tables().map { Choice(kernels: NativeKernels(table: $0)) }
    }

    /// Largest error of 255, by the arithmetic: nothing in float32, less than a level in 16 bits' mean.
    private func tolerance(_ choice: Choice) -> Float {
        switch choice.kernels.table.pointee.arithmetic {
        case TMP_F32: 0.002
        case TMP_I16: 0.4
        default: 2
        }
    }

    @Test(arguments: Choice.all, Fixture.all)
    func givesTheExactAnswer(choice: Choice, fixture: Fixture) throws {
        let model = try Model.load(Fixture.roundedWeights)
        let values = try choice.executor(model, fixture.width, fixture.height).values(try fixture.input())
        // The shipped weights are rounded to 16 bits: 0.043 by that alone.
        #expect(worstDifference(values, try fixture.output()) <= tolerance(choice) + 0.05)
    }

    /// Every residue of width and height modulo the alignment, the smallest size, and sizes around tiles and chunks.
    @Test(arguments: [
        (16, 16), (17, 18), (18, 17), (19, 19), (20, 17), (21, 18), (22, 19), (23, 20), (16, 33), (161, 40), (645, 24),
    ])
    func agreesWithReference(width: Int, height: Int) throws {
        let model = Model.random(Architecture.johnson(name: "johnson-16", width: 16))
        let input = PixelBuffer.random(width: width, height: height)
        let expected = try Painter(
            model: model, width: width, height: height, options: PainterOptions(engine: .reference)
        ).values(input)
        let largest = expected.reduce(1) { max($0, abs($1)) }
        for choice in Choice.all {
            let values = try choice.executor(model, width, height).values(input)
            let share = worstDifference(values, expected) / largest
            #expect(share < (choice.kernels.precision == .fp32 ? 2e-4 : 0.08), "\(choice.kernels.name)")
        }
    }

    /// Strided and enlarging ends, two and three levels, every residue of the sides modulo 4 and 8.
    @Test(arguments: [
        (16, 16), (17, 23), (18, 22), (19, 21), (20, 20), (21, 19), (22, 18), (23, 17), (24, 33), (331, 26), (650, 30),
    ])
    func liveNetworksAgreeWithReference(width: Int, height: Int) throws {
        let input = PixelBuffer.random(width: width, height: height)
        for (widths, kernel) in [([16, 48], 5), ([32, 16, 64], 9), ([16, 16], 15), ([16, 16], 1)] {
            let model = Model.random(Architecture.live(widths: widths, residuals: 2, kernel: kernel))
            func values(_ engine: Engine) throws -> [Float] {
                let options = PainterOptions(engine: engine)
                return try Painter(model: model, width: width, height: height, options: options).values(input)
            }
            let expected = try values(.reference)
            let largest = expected.reduce(1) { max($0, abs($1)) }
            #expect(worstDifference(try values(.blas), expected) <= 2e-4 * largest)
            for choice in Choice.all {
                let share = worstDifference(try choice.executor(model, width, height).values(input), expected) / largest
                #expect(share < (choice.kernels.precision == .fp32 ? 2e-4 : 0.08), "\(choice.kernels.name) \(widths)")
            }
        }
    }

    /// Rows may be padded, and nothing is written past the picture's.
    @Test(arguments: Choice.all, [(61, 35), (62, 34)])
    func bytesAreTheNearestOfTheValues(choice: Choice, size: (width: Int, height: Int)) throws {
        let (width, height) = size
        for architecture in [Architecture.johnson(name: "johnson-16", width: 16), .live(widths: [16, 32], residuals: 1)] {
            var model = Model.random(architecture)
            let last = architecture.parameters.suffix(2).map(\.name)
            // Spreads the output over and beyond 0…255.
            model.tensors[last[0]] = model[last[0]].map { $0 * 150 }
            model.tensors[last[1]] = [128, 120, 136]
            let input = PixelBuffer.random(width: width, height: height), output = PixelBuffer(width: width, height: height)
            for y in 0..<height { output.row(y).update(repeating: 7, count: output.stride) }
            let executor = try choice.executor(model, width, height)
            executor.paint(input, into: output)
            let values = executor.values(input)
            #expect(values.contains { $0 < 0 } && values.contains { $0 > 255 })
            var wrong = 0, touched = 0
            for y in 0..<height {
                for i in 0..<width * 3 where Float(output.row(y)[i]) != min(max(values[y * width * 3 + i], 0), 255).rounded(.toNearestOrEven) {
                    wrong += 1
                }
                for i in (width * 3)..<output.stride where output.row(y)[i] != 7 { touched += 1 }
            }
            #expect(wrong == 0 && touched == 0, "\(architecture.name)")
        }
    }

    @Test(arguments: Choice.all)
    func theNumberOfThreadsChangesNothing(choice: Choice) throws {
        let model = Model.random(Architecture.johnson(name: "johnson-16", width: 16))
        let input = PixelBuffer.random(width: 330, height: 50)
        let one = try choice.executor(model, 330, 50, threads: 1).values(input)
        for threads in [2, 3] {
            let many = try choice.executor(model, 330, 50, threads: threads).values(input)
            #expect(worstDifference(many, one) == 0)
        }
    }

    @Test func paintsAgainTheSame() throws {
        let model = Model.random(Architecture.johnson(name: "johnson-16", width: 16))
        let painter = try Painter(model: model, width: 50, height: 40, options: PainterOptions(engine: .auto))
        let input = PixelBuffer.random(width: 50, height: 40), other = PixelBuffer.random(width: 50, height: 40, seed: 2)
        let first = painter.values(input)
        #expect(painter.values(other) != first)
        #expect(painter.values(input) == first)
        let resized = try Painter(Painter(painter, width: 30, height: 20), width: 50, height: 40)
        #expect(resized.values(input) == first)
    }

    @Test func measuresThePeakItIsHeldAgainst() throws {
        let painter = try Painter(
            model: .random(Architecture.johnson(name: "johnson-16", width: 16)), width: 64, height: 48)
        let peak = painter.measurePeak(seconds: 0.02)
        #expect((peak == nil) == (painter.engine != .native))
        #expect(peak.map { $0 > 1e8 && $0 < 1e15 } ?? true)
        #expect(painter.layerTimings.allSatisfy { $0.executed > 0 })
    }

    @Test func masksInstructionSets() throws {
        #expect(NativeKernels.best(.auto, mask: .blas) == nil)
        for set in [InstructionSet.avx2, .avx512, .amx] {
            guard let kernels = NativeKernels.best(.fp32, mask: set) else { continue }
            #expect(kernels.precision == .fp32)
            #expect(kernels.table.pointee.isa.rawValue <= TMP_ISA_AVX512.rawValue)
            if set == .avx2 { #expect(kernels.table.pointee.isa == TMP_ISA_AVX2) }
        }
        guard let kernels = NativeKernels.best(.auto, mask: nil), let graph = NativeGraph(.live, lanes: kernels.lanes) else { return }
        for (mask, planned) in [(InstructionSet.portable as InstructionSet?, Engine.reference), (.blas, .blas), (nil, .native)] {
            #expect(try PlannedEngine(.auto, mask: mask, native: (graph, kernels)).engine == planned)
        }
    }

    @Test func leavesUnknownStepsToBLAS() {
        #expect(NativeGraph(Architecture.johnson(name: "thin", width: 3), lanes: 16) == nil)
        func graph(_ middle: Convolution) -> NativeGraph? {
            let blocks: [Block] = [
                .convolution(Convolution("a", 3, 16, kernel: 9), norm: nil, relu: true),
                .convolution(middle, norm: nil, relu: true),
                .convolution(Convolution("c", 16, 3, kernel: 9), norm: nil, relu: false),
            ]
            return NativeGraph(Architecture(name: "uncommon", blocks: blocks), lanes: 16)
        }
        #expect(graph(Convolution("b", 16, 16, kernel: 3)) != nil)
        #expect(graph(Convolution("b", 16, 16, kernel: 5)) == nil)
        #expect(graph(Convolution("b", 16, 16, kernel: 3, stride: 2)) == nil, "painted at half the size")
        #expect(graph(Convolution("b", 16, 16, kernel: 5, upsampling: 2)) == nil)
    }
}
