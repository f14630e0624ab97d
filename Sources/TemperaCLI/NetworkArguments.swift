import ArgumentParser
import Tempera

/// Which of a style's networks to paint with.
enum NetworkChoice: String, CaseIterable, ExpressibleByArgument {
    case auto, full, live

    /// - Parameter isLive: Whether frames come or go as they are painted: then what keeps up is better than what is best.
    func networks(isLive: Bool) -> [StyleNetwork] {
        switch self {
        case .auto: isLive ? [.live, .full] : [.full, .live]
        case .full: [.full]
        case .live: [.live]
        }
    }
}

struct NetworkArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Of a bundled style: the full network or the live one, many times faster. auto: live for live sources and pipes.",
            valueName: "network"))
    var network: NetworkChoice = .auto

    @OptionGroup var arithmetic: PrecisionArguments

    @OptionGroup var work: ThreadArguments

    var options: PaintingOptions {
        var options = PaintingOptions()
        options.precision = arithmetic.precision
        options.threads = work.threads
        return options
    }
}
