import Foundation
import Network
import Tempera
import TestFiles
import Testing

@testable import TemperaCLI

@Suite struct ValueTests {
    @Test(arguments: [
        ("640x360", 640, 360), ("640X360", 640, 360), ("1280x-1", 1280, -1), ("-1x720", -1, 720),
    ])
    func sizes(text: String, width: Int, height: Int) {
        #expect(SizeArgument(argument: text)?.size == RequestedSize(width: width, height: height))
    }

    @Test(arguments: ["", "x", "640", "640x", "x360", "-1x-1", "0x10", "-2x10", "640x360x1", "99999x10", "a x b", "640 x 360"])
    func noSizes(text: String) { #expect(SizeArgument(argument: text) == nil) }

    @Test(arguments: [
        ("0", 0.0), ("90", 90), ("1.5", 1.5), (".5", 0.5), ("1:30", 90), ("01:02:03.25", 3723.25), ("100:00", 6000),
    ])
    func times(text: String, seconds: Double) { #expect(TimeArgument(argument: text)?.seconds == seconds) }

    @Test(arguments: ["", "-1", "+1", "1e3", "nan", "inf", "1:60", "1:-3", ":", "1::2", "1:2:3:4", "0x10", "1.2.3"])
    func noTimes(text: String) { #expect(TimeArgument(argument: text) == nil) }

    @Test(arguments: [
        ("25", 25_000, 1000), ("29.97", 30_000, 1001), ("23.976", 24_000, 1001), ("59.94", 60_000, 1001),
        ("30000/1001", 30_000, 1001), ("12.5", 12_500, 1000), ("0.5", 500, 1000),
    ])
    func rates(text: String, numerator: Int32, denominator: Int32) {
        #expect(RateArgument(argument: text)?.rate == Rational(numerator, denominator))
    }

    @Test(arguments: ["", "0", "-25", "nan", "25/0", "0/1", "1/2/3", "99999999999", "fast"])
    func noRates(text: String) { #expect(RateArgument(argument: text) == nil) }

    @Test func clockTimes() {
        #expect(0.0.clock == "0:00")
        #expect(59.4.clock == "0:59")
        #expect(59.5.clock == "1:00")
        #expect(3723.0.clock == "1:02:03")
        #expect((-5.0).clock == "0:00")
    }

    @Test func theProgressLineShowsWhatIsKnown() {
        var progress = Job.Progress()
        progress.frames = 120
        progress.rateNow = 25.06
        progress.rateAverage = 24.8
        #expect(progress.line == ["frame 120", "25.1 fps (average 24.8)"])
        progress.totalFrames = 900
        progress.fraction = 0.139
        progress.remaining = 31.2
        #expect(progress.line == ["frame 120/900", "13%", "25.1 fps (average 24.8)", "0:31 left"])
        progress.frames = 905
        #expect(progress.line.first == "frame 905/905")
    }
}

/// What a user may type for a size, a time or a rate: a value within its range, or none.
@Suite struct ValueFuzzTests {
    @Test func anyTextIsAValueOrNone() {
        let environment = ProcessInfo.processInfo.environment
        let count = environment["TEMPERA_FUZZ"].flatMap { Int($0) } ?? 20000
        let seed = environment["TEMPERA_SEED"].flatMap { UInt64($0) } ?? 1
        var random = SplitMix64(state: seed)
        let pieces = [
            "0", "1", "9", "60", "640", "65536", "65537", "999999999999", "9223372036854775808", "-1", "-", "+", "x", "X", ":", "/",
            ".", "e9", "nan", "inf", " ", "é", "\u{0}", "1001", "30000", "",
        ]
        var valid = 0
        for _ in 0..<count {
            let text = (0..<Int.random(in: 0...7, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
            if let size = SizeArgument(argument: text)?.size {
                valid += 1
                #expect([size.width, size.height].allSatisfy { $0 == -1 || (1...65536).contains($0) }, "\(text)")
            }
            if let time = TimeArgument(argument: text)?.seconds {
                valid += 1
                #expect(time.isFinite && time >= 0, "\(text)")
            }
            if let rate = RateArgument(argument: text)?.rate {
                valid += 1
                #expect(rate.numerator > 0 && rate.denominator > 0, "\(text)")
            }
        }
        print("arguments: seed \(seed), \(3 * count) tried, \(valid) valid")
        #expect(valid > count / 100)
    }

    /// A style that is trained on keeps its network unless told otherwise.
    @Test func trainingOnKeepsTheNetwork() throws {
        func architecture(_ more: String...) throws -> Architecture {
            try Train.parse(["p.jpg", "--photos", "p", "--vgg", "v", "--out", "o.safetensors"] + more).options().architecture
        }
        let live = Checkout.path("Models/starry-night.live.safetensors"), its = try Style(live).architecture
        #expect(try architecture("--init", live) == its && its != .johnsonFull)
        #expect(try architecture("--init", live, "--network", "full") == .johnsonFull)
        #expect(try architecture("--network", "live-16-32-r2").name == "live-16-32-r2")
        #expect(try architecture() == .johnsonFull)
    }
}
