import ArgumentParser
import Tempera

/// What becomes of a file that is where the output goes.
struct OverwriteArguments: ParsableArguments {
    @Flag(name: .customShort("y"), help: "Overwrite an existing output.")
    var overwrite = false

    @Flag(name: .customShort("n"), help: "Never overwrite, and do not ask.")
    var keep = false

    func validate() throws {
        if overwrite && keep { throw ValidationError("-y and -n exclude each other") }
    }

    /// -y and -n decide; else a person is asked, where there is one.
    func mayReplace(_ output: String, isTaken: Bool) throws -> Bool {
        if isTaken, keep { throw Failure(text: "\(output): exists, and -n keeps it") }
        guard isTaken, !overwrite, Console.shared.canAsk else { return overwrite }
        guard Console.shared.ask("\(output) exists. Overwrite?") else { throw ExitStatus(code: ExitStatus.failed) }
        return true
    }

    /// - Parameter inputs: What the output must not take the place of.
    /// - Throws: `TemperaError.outputExists` where something is at `output` that may not be replaced.
    func check(_ output: String, inputs: [String]) throws {
        if inputs.contains(where: { Job.isSameFile($0, output) }) {
            throw Failure(text: "\(output): is read by this run; choose another output name")
        }
        if Batch.isFolder(output) { throw TemperaError.media(.isDirectory(output)) }
        if Job.holdsData(output) { try demand(output) }
    }

    /// - Parameter output: What is there: one file, or several in words.
    /// - Throws: `TemperaError.outputExists` where it may not be replaced.
    func demand(_ output: String) throws {
        if try !mayReplace(output, isTaken: true) { throw TemperaError.outputExists(output) }
    }
}
