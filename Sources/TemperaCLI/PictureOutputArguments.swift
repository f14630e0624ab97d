import ArgumentParser

/// What becomes of the file that a command writes one picture to.
struct PictureOutputArguments: ParsableArguments {
    @OptionGroup var existing: OverwriteArguments

    @Option(help: ArgumentHelp("A picture every so many iterations, as output-0050.png; 0 for none.", valueName: "iterations"))
    var every: Int = 0

    @Option(help: ArgumentHelp("Write the losses of every iteration, as CSV.", valueName: "file"), completion: .file())
    var log: String?

    func validate() throws { if every < 0 { throw ValidationError("--every must be 0 or more") } }
}
