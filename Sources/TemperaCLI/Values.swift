import ArgumentParser
import Tempera

/// `640x360`, `1280x-1`.
struct SizeArgument: ExpressibleByArgument, CustomStringConvertible {
    let size: RequestedSize

    init(width: Int, height: Int) { size = RequestedSize(width: width, height: height) }

    init?(argument: String) {
        let sides = argument.lowercased().split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
        guard sides.count == 2, let width = sides[0], let height = sides[1], Self.isSide(width), Self.isSide(height),
            width > 0 || height > 0
        else { return nil }
        size = RequestedSize(width: width, height: height)
    }

    var description: String { "\(size.width)x\(size.height)" }

    private static func isSide(_ side: Int) -> Bool { side == -1 || (1...65536).contains(side) }
}

/// Seconds (`90`, `1.5`) or a clock time (`1:30`, `00:01:30.250`).
struct TimeArgument: ExpressibleByArgument {
    let seconds: Double

    init?(argument: String) {
        let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
        guard (1...3).contains(parts.count), let last = parts.last, Self.isPlain(last), let seconds = Double(last) else { return nil }
        var total = seconds
        var unit = 60.0
        for part in parts.dropLast().reversed() {
            guard let value = UInt(part), seconds < 60 else { return nil }
            total += Double(value) * unit
            unit *= 60
        }
        self.seconds = total
    }

    /// Digits with at most a point: no sign, no exponent, no "nan".
    private static func isPlain(_ text: Substring) -> Bool { text.allSatisfy { $0.isASCII && ($0.isNumber || $0 == ".") } }
}

/// `25`, `29.97`, `30000/1001`.
struct RateArgument: ExpressibleByArgument {
    let rate: Rational

    init?(argument: String) {
        let parts = argument.split(separator: "/", omittingEmptySubsequences: false)
        let possible = 0.001...1_000_000.0
        if parts.count == 2, let n = Int32(parts[0]), let d = Int32(parts[1]), n > 0, d > 0, possible.contains(Double(n) / Double(d)) {
            rate = Rational(n, d)
        } else if parts.count == 1, let value = Double(argument), possible.contains(value) {
            rate = Self.nearest(value)
        } else {
            return nil
        }
    }

    /// 23.976, 29.97 and 59.94 mean their NTSC fractions.
    private static func nearest(_ value: Double) -> Rational {
        let ntsc = Rational(Int32((value * 1.001).rounded()) * 1000, 1001)
        if value != value.rounded(), ntsc.numerator > 0, abs(ntsc.value - value) < 0.005 { return ntsc }
        return Rational(Int32((value * 1000).rounded()), 1000)
    }
}

/// How many times larger along each side: what there are networks for.
enum ScaleArgument: Int, CaseIterable, ExpressibleByArgument { case two = 2, four = 4 }

extension Precision: ExpressibleByArgument {}
extension Preference: ExpressibleByArgument {}
extension LatePolicy: ExpressibleByArgument {}
extension Deinterlacing: ExpressibleByArgument {}
