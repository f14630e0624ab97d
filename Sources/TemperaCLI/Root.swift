import ArgumentParser

/// The `tempera` command: what is not a subcommand's name is the input of `stylize`.
struct Root: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tempera", abstract: "Paint videos with neural styles, on the CPU.", version: "0.1.0",
        subcommands: [
            Stylize.self, Styles.self, Paint.self, Reconstruct.self, DreamCommand.self, Upscale.self, Train.self,
            TrainUpscaler.self, Measure.self, Compare.self, Bench.self,
        ], defaultSubcommand: Stylize.self)
}
