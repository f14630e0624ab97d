import Tempera
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
        #expect(progress.line == "frame 120  25.1 fps (average 24.8)")
        progress.totalFrames = 900
        progress.fraction = 0.139
        progress.remaining = 31.2
        #expect(progress.line == "frame 120/900  13%  25.1 fps (average 24.8)  0:31 left")
        progress.frames = 905
        #expect(progress.line.hasPrefix("frame 905/905 "))
    }
}
