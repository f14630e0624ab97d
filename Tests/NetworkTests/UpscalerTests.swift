import CKernels
import Testing

@testable import Network

/// Networks whose result is larger than the picture.
@Suite struct UpscalerTests {
    private func values(_ model: Model, _ input: PixelBuffer, _ options: PainterOptions) throws -> [Float] {
        try Painter(model: model, width: input.width, height: input.height, options: options).values(input)
    }

    @Test(arguments: [2, 4]) func everyEngineAgrees(scale: Int) throws {
        let model = Model.random(.upscaler(scale))
        for (width, height) in [(16, 16), (37, 18), (83, 21)] {
            let input = PixelBuffer.random(width: width, height: height)
            let expected = try values(model, input, PainterOptions(engine: .reference))
            #expect(expected.count == 3 * scale * scale * width * height)
            let largest = expected.reduce(1) { max($0, abs($1)) }
            let blas = try values(model, input, PainterOptions(engine: .blas))
            #expect(worstDifference(blas, expected) < 2e-4 * largest)
            for precision in [Precision.fp32, .bf16] {
                let painter = try Painter(
                    model: model, width: width, height: height, options: PainterOptions(precision: precision))
                let native = painter.values(input)
                let share = worstDifference(native, expected) / largest
                #expect(share < (painter.precision == .fp32 ? 2e-4 : 0.02), "\(painter.plan.kernels)")
            }
        }
    }

    /// With a network that makes nothing, what comes out is the picture with every pixel a square.
    @Test(arguments: [Engine.reference, .blas, .auto]) func thePictureItselfIsAdded(engine: Engine) throws {
        var model = Model.random(.upscaler(4))
        for name in ["conv2.conv2d.weight", "conv2.conv2d.bias"] { model.tensors[name] = model[name].map { _ in 0 } }
        let input = PixelBuffer.random(width: 170, height: 20), output = PixelBuffer(width: 680, height: 80)
        try Painter(model: model, width: 170, height: 20, options: PainterOptions(engine: engine))
            .paint(input, into: output)
        for y in 0..<80 {
            for x in 0..<680 {
                for c in 0..<3 { #expect(output.row(y)[3 * x + c] == input.row(y / 4)[3 * (x / 4) + c]) }
            }
        }
    }

    @Test func theResultMustBeOfAPossibleSize() throws {
        #expect(throws: NetworkError.sizeOutOfRange(width: 4 * 20000, height: 4 * 20)) {
            try Plan(architecture: .upscaler(4), width: 20000, height: 20)
        }
        let plan = try Plan(architecture: .upscaler(4), width: 21, height: 17)
        #expect((plan.outputWidth, plan.outputHeight, plan.innerWidth, plan.innerHeight) == (84, 68, 21, 17))
        #expect(Architecture.upscaler(2).enlargement == 2 && Architecture.johnsonFull.enlargement == 1)
    }
}
