import Testing

@testable import Network

/// Pictures with nothing on them: rounding must not become a pattern.
@Suite(.serialized) struct FlatPictureTests {
    private static let width = 97, height = 62

    private func picture(_ color: (_ x: Int) -> (UInt8, UInt8, UInt8)) -> PixelBuffer {
        let buffer = PixelBuffer(width: Self.width, height: Self.height)
        for y in 0..<Self.height {
            for x in 0..<Self.width {
                let pixel = buffer.row(y) + 3 * x
                (pixel[0], pixel[1], pixel[2]) = color(x)
            }
        }
        return buffer
    }

    /// The largest difference between two rows of one column of one colour.
    private func spreadDownColumns(_ values: [Float]) -> Float {
        let row = Self.width * 3
        return (0..<row).map { column in
            let line = stride(from: column, to: values.count, by: row).map { values[$0] }
            return (line.max() ?? 0) - (line.min() ?? 0)
        }.max() ?? 0
    }

    private func spreadAlongRows(_ values: [Float]) -> Float {
        (0..<3).map { color in
            let line = stride(from: color, to: Self.width * 3, by: 3).map { values[$0] }
            return (line.max() ?? 0) - (line.min() ?? 0)
        }.max() ?? 0
    }

    private func executors(_ model: Model) throws -> [(name: String, values: (PixelBuffer) throws -> [Float])] {
        let blas = try Painter(
            model: model, width: Self.width, height: Self.height, options: PainterOptions(engine: .blas))
        return [("blas", blas.values)]
            + (try NativeTests.Choice.all.map { choice in
                (choice.kernels.name, try choice.executor(model, Self.width, Self.height).values)
            })
    }

    @Test func aFlatPictureStaysFlat() throws {
        for (name, values) in try executors(.load(Fixture.roundedWeights)) {
            for color in [(128, 128, 128), (40, 90, 200), (0, 0, 0), (255, 255, 255)] as [(UInt8, UInt8, UInt8)] {
                let painted = try values(picture { _ in color })
                #expect(spreadDownColumns(painted) < 0.2 && spreadAlongRows(painted) < 0.2, "\(name) \(color)")
            }
        }
    }

    /// Upright stripes come out of a ramp from left to right; up and down there is nothing to see.
    @Test func aRampHasNoPatternAlongItsLines() throws {
        let ramp = picture { x in
            let level = UInt8(60 + x * 140 / Self.width)
            return (level, level, level)
        }
        for (name, values) in try executors(.load(Fixture.roundedWeights)) where name == "blas" || name.contains("fp32") {
            let painted = try values(ramp)
            #expect(spreadDownColumns(painted) < 0.5 && spreadAlongRows(painted) > 20, "\(name)")
        }
    }

    /// One pixel that is one level brighter is no rounding.
    @Test func oneDotIsSeen() throws {
        let dot = picture { _ in (128, 128, 128) }
        dot.row(30)[3 * 40 + 1] = 129
        for (name, values) in try executors(.load(Fixture.roundedWeights)) {
            #expect(spreadDownColumns(try values(dot)) > 5, "\(name)")
        }
    }
}
