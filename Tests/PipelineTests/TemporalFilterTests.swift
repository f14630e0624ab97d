import CKernels
import Foundation
import Network
import Testing

@testable import Media
@testable import Pipeline

/// What keeps a painted video from boiling.
@Suite struct TemporalFilterTests {
    private let pool = ThreadPool(threads: 2)
    private let kernels = tmp_steady_any().pointee

    // MARK: Kernels

    /// Bytes and integers: every instruction set and any number of threads give the same to the bit, for sides and shifts of all
    /// kinds.
    @Test(arguments: [(31, 17, 0.0, 0.0), (64, 48, 1.5, -2.25), (97, 50, -3.0, 4.0), (130, 66, 40.7, 0), (641, 35, 0.4, 0.6)])
    func everyInstructionSetFiltersAlike(width: Int, height: Int, dx: Double, dy: Double) throws {
        var random = SplitMix64(state: 5)
        let scenes = (0..<3).map { _ in Self.picture(width, height) { _, _ in UInt8.random(in: 100...110, using: &random) } }
        let moved = (0..<3).map { index in
            Self.picture(width, height) { x, y in Self.scene(Double(x) + dx * Double(index), Double(y) + dy * Double(index)) }
        }
        for frames in [scenes, moved] {
            let expected = filtered(frames, TMP_ISA_PORTABLE)
            for isa in [TMP_ISA_AVX2, TMP_ISA_AVX512] where tmp_steady_for(isa) != nil {
                #expect(filtered(frames, isa) == expected)
            }
            #expect(filtered(frames, TMP_ISA_PORTABLE, threads: 1) == expected)
        }
    }

    /// The last painting of these frames, each painted as its own negative.
    private func filtered(_ frames: [PixelBuffer], _ isa: tmp_isa, threads: Int = 2) -> [UInt8] {
        let filter = TemporalFilter(
            width: frames[0].width, height: frames[0].height, pool: ThreadPool(threads: threads), isa: isa)
        let painted = frames.map { frame in Self.picture(frame.width, frame.height) { 255 - frame.row($1)[3 * $0] } }
        for (painting, frame) in zip(painted, frames) { filter.apply(to: painting, scene: frame) }
        return Self.bytes(painted[frames.count - 1])
    }

    // MARK: Motion

    @Test(arguments: [(0.0, 0.0), (0.4, -0.7), (3.25, 1.5), (-14, 9), (45, -30)])
    func theCamerasShiftIsFound(dx: Double, dy: Double) {
        let pyramids = [(0.0, 0.0), (dx, dy)].map { shift in
            pyramid(Self.picture(320, 240) { Self.scene(Double($0) + shift.0, Double($1) + shift.1) })
        }
        let found = CameraMotion(kernels: kernels, pool: pool).shift(from: pyramids[0], to: pyramids[1])
        #expect(abs(found.x - dx) < 0.1 && abs(found.y - dy) < 0.1, "\(found)")
    }

    /// A large thing passes before a plain wall.
    @Test func aThingThatMovesIsNoCameraMotion() {
        let pyramids = [0.0, 8].map { shift in
            pyramid(
                Self.picture(320, 240) { x, y in
                    (110..<210).contains(x) && (60..<180).contains(y) ? Self.scene(Double(x) + shift, Double(y)) : 90
                })
        }
        let (now, before) = (pyramids[1].levels[0], pyramids[0].levels[0])
        let shift = CameraMotion(kernels: kernels, pool: pool).shift(from: pyramids[0], to: pyramids[1])
        #expect(abs(shift.x - 8) < 1)
        let (moved, still) = (
            BlockDifferences(now, kernels: kernels, pool: pool), BlockDifferences(now, kernels: kernels, pool: pool)
        )
        moved.fill(from: before, to: now, shift: shift / 2)
        still.fill(from: before, to: now)
        #expect(!moved.showsCameraMotion(against: still))
    }

    // MARK: The filter

    /// The scene stands still but for noise and the network's painting boils: less than a third of it is left.
    @Test func whatStandsStillStopsBoiling() {
        var random = SplitMix64(state: 1)
        let filter = TemporalFilter(width: 160, height: 120, pool: pool, isa: tmp_isa_available())
        var differences: [Double] = [], last: PixelBuffer?
        for _ in 0..<12 {
            let scene = Self.picture(160, 120) {
                UInt8(clamping: Int(Self.scene(Double($0), Double($1))) + .random(in: -3...3, using: &random))
            }
            let painted = Self.picture(160, 120) { _, _ in UInt8.random(in: 100...140, using: &random) }
            filter.apply(to: painted, scene: scene)
            if let last { differences.append(Self.difference(painted, last)) }
            last = painted
        }
        #expect(differences[0] > 2.5)
        #expect(differences.suffix(4).allSatisfy { $0 < 4.4 }, "\(differences)")
    }

    @Test func theFirstFrameAndAnotherSceneAreAsPainted() {
        let filter = TemporalFilter(width: 160, height: 120, pool: pool, isa: tmp_isa_available())
        for (at, level) in [(0.0, UInt8(50)), (500.0, UInt8(200))] {
            let scene = Self.picture(160, 120) { Self.scene(Double($0) * 1.3 + at, Double($1) - at) }
            let painted = Self.picture(160, 120) { _, _ in level }
            filter.apply(to: painted, scene: scene)
            #expect(Self.bytes(painted).allSatisfy { $0 == level })
        }
    }

    @Test func aFadeIsAsPainted() {
        let filter = TemporalFilter(width: 160, height: 120, pool: pool, isa: tmp_isa_available())
        for step in 0..<4 {
            let scene = Self.picture(160, 120) { Self.scene(Double($0), Double($1)) / 2 + UInt8(3 * step) }
            let painted = Self.picture(160, 120) { _, _ in UInt8(60 * step) }
            filter.apply(to: painted, scene: scene)
            #expect(Self.bytes(painted).allSatisfy { $0 == UInt8(60 * step) })
        }
    }

    /// What is new stays as it was painted, what is old goes along with the camera.
    @Test func thePaintingFollowsTheCamera() {
        let filter = TemporalFilter(width: 320, height: 240, pool: pool, isa: tmp_isa_available())
        let frames = [0.0, 12].map { shift in Self.picture(320, 240) { Self.scene(Double($0) + shift, Double($1)) } }
        let first = Self.picture(320, 240) { x, _ in x < 160 ? 0 : 200 }, second = Self.picture(320, 240) { _, _ in 100 }
        filter.apply(to: first, scene: frames[0])
        filter.apply(to: second, scene: frames[1])
        let row = second.row(120)
        #expect((79...81).contains(row[3 * 100]) && (119...121).contains(row[3 * 200]))
        #expect(row[3 * 144] < 90 && row[3 * 151] > 110, "the edge was at 160 and the camera went 12 to the right")
        #expect(row[3 * 319] == 100 && row[3 * 310] == 100)
    }

    /// However slow the pan and fine the strokes: those that go along with the scene stay as sharp as they were painted.
    @Test(arguments: [(0.4, 0.2), (1.5, -0.5)])
    func strokesThatFollowTheSceneStaySharp(dx: Double, dy: Double) {
        let filter = TemporalFilter(width: 320, height: 240, pool: pool, isa: tmp_isa_available())
        func fine(_ x: Double, _ y: Double) -> UInt8 {
            UInt8(128 + 40 * sin(x * 1.7 + y * 0.6) + 30 * sin(y * 1.5 - x * 0.4) + 30 * sin(x * 0.09) * sin(y * 0.07))
        }
        for step in 0..<8 {
            let scene = Self.picture(320, 240) { fine(Double($0) + dx * Double(step), Double($1) + dy * Double(step)) }
            let painted = Self.picture(320, 240) { 255 - scene.row($1)[3 * $0] }
            let expected = Self.bytes(painted)
            filter.apply(to: painted, scene: scene)
            let difference = zip(Self.bytes(painted), expected).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
            #expect(Double(difference) / Double(expected.count) < 3, "frame \(step)")
        }
    }

    /// A run that goes on from a finished frame paints what an unbroken one does.
    @Test func goingOnGivesTheSamePaintings() throws {
        let frames = (0..<4).map { index in
            VideoFrame(
                pixels: Self.picture(96, 64) { Self.scene(Double($0) + 0.3 * Double(index), Double($1)) }, timestamp: Int64(index),
                duration: 1)
        }
        let whole = try SteadyPainter(Negatives(pool), width: 96, height: 64)
        let painted = try frames.map { try whole.paint($0, rung: 0).pixels }
        let later = ResumedPainter(
            try SteadyPainter(Negatives(pool), width: 96, height: 64), finishedFrames: 2, lastPicture: painted[1])
        let resumed = try frames.map { try later.paint($0, rung: 0).pixels }
        #expect(Self.bytes(resumed[2]) == Self.bytes(painted[2]) && Self.bytes(resumed[3]) == Self.bytes(painted[3]))
        #expect(Self.bytes(painted[3]) != Self.bytes(try Negatives(pool).paint(frames[3], rung: 0).pixels))
    }

    /// A "network" whose painting is the negative.
    private final class Negatives: NetworkPainting {
        let threads: ThreadPool
        let engine = Engine.reference
        let precision = Precision.fp32
        let bytes = 0

        init(_ pool: ThreadPool) { threads = pool }

        func cost(rung: Int) -> Double { 0 }

        func paint(_ frame: VideoFrame, rung: Int) throws -> VideoFrame {
            var painted = frame
            painted.pixels = picture(frame.pixels.width, frame.pixels.height) { 255 - frame.pixels.row($1)[3 * $0] }
            return painted
        }
    }

    // MARK: Pictures

    private func pyramid(_ picture: PixelBuffer) -> LuminancePyramid {
        let pyramid = LuminancePyramid(width: picture.width, height: picture.height, kernels: kernels)
        pyramid.fill(from: picture, pool)
        return pyramid
    }

    /// A grey picture.
    private static func picture(_ width: Int, _ height: Int, _ level: (_ x: Int, _ y: Int) -> UInt8) -> PixelBuffer {
        let picture = PixelBuffer(width: width, height: height)
        for y in 0..<height {
            for x in 0..<width {
                let value = level(x, y)
                for c in 0..<3 { picture.row(y)[3 * x + c] = value }
            }
        }
        return picture
    }

    /// A plane without end, with something to see at every scale and no two places alike.
    private static func scene(_ x: Double, _ y: Double) -> UInt8 {
        let waves: [(Double, Double)] = [(0.021, 0.013), (-0.017, 0.037), (0.093, -0.041), (0.11, 0.17), (-0.31, 0.27)]
        var sum = 0.0
        for (index, frequency) in waves.enumerated() {
            let phase: Double = frequency.0 * x + frequency.1 * y
            sum += wave(phase + Double(index))
        }
        return UInt8(128 + 24 * sum)
    }

    /// A triangle wave of period 2π, from -1 to 1.
    private static func wave(_ phase: Double) -> Double {
        let turn: Double = phase / (2 * Double.pi)
        let part: Double = turn - turn.rounded(.down)
        return 4 * abs(part - 0.5) - 1
    }

    private static func bytes(_ picture: PixelBuffer) -> [UInt8] {
        (0..<picture.height).flatMap { UnsafeBufferPointer(start: picture.row($0), count: 3 * picture.width) }
    }

    private static func difference(_ a: PixelBuffer, _ b: PixelBuffer) -> Double {
        let differences = zip(bytes(a), bytes(b)).map { Int($0) - Int($1) }
        let squares = differences.reduce(0) { $0 + $1 * $1 }
        return (Double(squares) / Double(differences.count)).squareRoot()
    }
}
