import Testing

@testable import Network

@Suite struct PlanTests {
    @Test func theFullNetCostsWhatThePaperSays() throws {
        let plan = try Plan(architecture: .johnsonFull, width: 64, height: 32)
        #expect(plan.flops == 2 * 153_792 * 64 * 32)
        #expect(plan.layers.count == 16)
        #expect(plan.maps.last.map { [$0.channels, $0.height, $0.width] } == [3, 32, 64])
    }

    @Test func aLiveNetIsNamedByItsWidths() {
        let live = Architecture.live(widths: [16, 48, 96], residuals: 5)
        #expect(live.name == "live-16-48-96-r5" && live.alignment == 8)
        #expect(Architecture.named(live.name) == live)
        let wide = Architecture.live(widths: [32, 64], residuals: 0, kernel: 9)
        #expect(wide.name == "live-32-64-r0-k9" && Architecture.named(wide.name) == wide && wide.alignment == 4)
        for name in [
            "live", "live-", "live-16", "live-r3", "live-16-r3-k4", "live-16-r3-k5", "live-016-r3", "live-16-r-1", "live-0-r3",
            "live-16-r99", "live-16-3-r2", "live-16-16-16-16-16-r1", "live-16--32-r1", "live-99999999999999999999-r1", "livid-16-r1",
        ] {
            #expect(Architecture.named(name) == nil, "\(name)")
        }
    }

    @Test func padsToTheAlignment() throws {
        let plan = try Plan(architecture: .johnsonFull, width: 97, height: 62)
        #expect((plan.width, plan.height, plan.innerWidth, plan.innerHeight) == (97, 62, 100, 64))
    }

    @Test func noTwoLivingMapsShareMemory() throws {
        let plan = try Plan(architecture: .johnsonFull, width: 100, height: 60)
        // What lies where while layer i runs: its input, output and skip, and what a later layer still reads.
        for (index, layer) in plan.layers.enumerated() {
            let later = plan.layers[index...].flatMap { [$0.input, $0.skip].compactMap { $0 } }.filter { $0 <= index }
            let living = Set(later + [layer.output])
            for a in living {
                for b in living where a < b {
                    let (first, second) = (plan.maps[a], plan.maps[b])
                    #expect(
                        first.offset + first.count <= second.offset || second.offset + second.count <= first.offset,
                        "maps \(a) and \(b) at layer \(index)")
                }
            }
        }
        #expect(plan.maps.allSatisfy { $0.offset >= 0 && $0.offset + $0.count <= plan.mapFloats })
        // The largest pair, 32 channels at full and 64 at half width, and what rounding to cache lines adds.
        #expect(plan.mapFloats <= 48 * 100 * 60 + 64)
    }

    @Test(arguments: [Engine.reference, .blas, .auto], [1, 3])
    func saysHowMuchMemoryItTakes(engine: Engine, threads: Int) throws {
        let options = PainterOptions(engine: engine, threads: threads)
        let architecture = engine == .auto ? Architecture.johnson(name: "johnson-16", width: 16) : tinyArchitecture
        let plan = try Plan(architecture: architecture, width: 333, height: 217, options: options)
        let painter = try Painter(model: .random(architecture), width: 333, height: 217, options: options)
        #expect(painter.bytes == plan.bytes)
        #expect(engine == .auto || plan.bytes >= plan.mapFloats * 4)
    }

    @Test(arguments: [(15, 64), (64, 15), (0, 0), (-4, 64), (32769, 64), (64, Int.max)])
    func refusesSizesOutOfRange(width: Int, height: Int) {
        #expect(throws: NetworkError.sizeOutOfRange(width: width, height: height)) {
            try Plan(architecture: .johnsonFull, width: width, height: height)
        }
    }

    /// Maps of one pixel have nothing to reflect, and before the last convolution our kernels know no skip.
    @Test func deepAndFlatLiveNetworks() throws {
        let deep = Architecture.live(widths: [16, 16, 16, 16], residuals: 1), flat = Architecture.live(widths: [16], residuals: 1)
        #expect(throws: NetworkError.sizeOutOfRange(width: 16, height: 64)) { try Plan(architecture: deep, width: 16, height: 64) }
        #expect(try Plan(architecture: deep, width: 17, height: 64).innerWidth == 32)
        #expect(try Plan(architecture: flat, width: 64, height: 64).engine == .blas)
    }

    @Test func namesASizeThatFits() throws {
        let options = PainterOptions(engine: .blas, threads: 2)
        let plan = try Plan(architecture: .johnsonFull, width: 7680, height: 4320, options: options)
        #expect(plan.bytes > 6_000_000_000 && plan.bytes < 7_000_000_000)
        try plan.checkMemory(available: plan.bytes)
        let available = 1_000_000_000
        let error = #expect(throws: NetworkError.self) { try plan.checkMemory(available: available) }
        guard case .doesNotFit(7680, 4320, plan.bytes, available, let fits?) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(abs(Double(fits.width) / Double(fits.height) - 16 / 9) < 0.01)
        func bytes(_ width: Int, _ height: Int) throws -> Int {
            try Plan(architecture: .johnsonFull, width: width, height: height, options: options).bytes
        }
        #expect(try bytes(fits.width, fits.height) <= available)
        #expect(try bytes(fits.width + 64, fits.height + 36) > available)
        #expect(error.map(String.init(describing:))?.contains("\(fits.width)x\(fits.height) fits") == true)
        #expect(
            throws: NetworkError.doesNotFit(width: 7680, height: 4320, needed: plan.bytes, available: 1000, fits: nil)
        ) {
            try plan.checkMemory(available: 1000)
        }
        try plan.checkMemory(available: nil)
    }

    @Test func aHugePictureIsRefusedBeforeMemoryIsTaken() throws {
        let error = #expect(throws: NetworkError.self) {
            try Painter(model: .random(.johnsonFull), width: 32768, height: 32768)
        }
        guard case .doesNotFit(32768, 32768, _, _, _?) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func knowsTheMemoryOfThisMachine() throws {
        let available = try #require(Memory.available())
        #expect(available > 1 << 26 && available < 1 << 46)
    }

    @Test func aModelWithoutATensorIsRefused() {
        var model = Model.random(tinyArchitecture)
        model.tensors["in3.bias"] = nil
        #expect(throws: WeightsError("random", .missingTensor("in3.bias", architecture: "johnson-tiny"))) {
            try Painter(model: model, width: 16, height: 16)
        }
        model.tensors["in3.bias"] = [1]
        #expect(throws: WeightsError("random", .sizeMismatch(tensor: "in3.bias", expected: 32, found: 4))) {
            try Painter(model: model, width: 16, height: 16)
        }
    }

    @Test func theMaskPicksTheEngine() throws {
        for (asked, mask, planned) in [
            (Engine.auto, InstructionSet.portable as InstructionSet?, Engine.reference), (.blas, .portable, .reference),
            (.native, .portable, .reference), (.native, .blas, .blas), (.blas, .amx, .blas), (.auto, nil, .blas),
            (.reference, nil, .reference),
        ] {
            #expect(try PlannedEngine(asked, mask: mask, native: nil).engine == planned)
        }
        #expect(throws: NetworkError.engineUnavailable(.native)) { try PlannedEngine(.native, mask: nil, native: nil) }
        #expect(InstructionSet.avx2 < .avx512)
        #expect(
            NetworkError.unknownInstructionSet("sse9").description.hasSuffix(
                "it can be portable, blas, avx2, avx512, amx"))
    }
}
