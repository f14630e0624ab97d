import ArgumentParser
import Foundation
import Tempera

struct ReportArguments: ParsableArguments {
    @Flag(help: "End with a table of where the time went.")
    var profile = false

    @Option(
        help: ArgumentHelp("Write the same as JSON; 'tempera help profile-json' lists its keys.", valueName: "file"),
        completion: .file())
    var profileJson: String?

    @Option(help: ArgumentHelp("Write a Chrome/Perfetto trace of every stage and frame.", valueName: "file"), completion: .file())
    var trace: String?

    @Option(help: ArgumentHelp("Write progress for programs, as ffmpeg does; '-' for stdout.", valueName: "file|fd"))
    var progress: String?

    /// Whether anything is asked for that tells of one run.
    var isOfOneRun: Bool { profile || profileJson != nil || trace != nil }

    /// - Throws: `ValidationError` when a report would take the place of a video.
    func check(input: String, output: String) throws {
        for (option, path) in [("--profile-json", profileJson), ("--trace", trace), ("--progress", progress)] {
            guard let path else { continue }
            if path == "-", option != "--progress" { throw ValidationError("\(option) takes a file") }
            if output == "-", option != "--progress", Job.isSameFile(path, "/dev/stdout") {
                throw ValidationError("\(option) \(path) is where the video goes; choose a file")
            }
            // Before anything is opened here, whose number it could be.
            if option == "--progress", let descriptor = ProgressFile.descriptor(path), fcntl(descriptor, F_GETFD) == -1 {
                throw ValidationError("--progress \(path): no such open file descriptor")
            }
            if ProgressFile.descriptor(path) == nil, !Self.canWrite(path) {
                throw ValidationError("\(option) \(path): cannot be written there")
            }
            for video in [input, output] where path == video && path != "-" || Job.isSameFile(path, video) {
                throw ValidationError("\(option) \(path) is a video of this run; choose another file")
            }
        }
        let files = [trace, profileJson, progress].compactMap { $0 }.filter { $0 != "-" }
        if let twice = files.first(where: { name in files.count { $0 == name || Job.isSameFile($0, name) } > 1 }) {
            throw ValidationError("\(twice) is asked for twice; choose another file for one of the reports")
        }
        guard let progress, let descriptor = ProgressFile.descriptor(progress) else { return }
        let isTaken = output == "-" ? descriptor == 1 : output.hasPrefix("pipe:") && descriptor == ProgressFile.descriptor(output)
        if isTaken { throw ValidationError("--progress \(progress) is where the video goes; choose a file or another number") }
    }

    /// What becomes of files that are where reports go.
    func checkExisting(_ existing: OverwriteArguments) throws {
        for path in [profileJson, trace, progress].compactMap({ $0 })
        where ProgressFile.descriptor(path) == nil && Job.holdsData(path) && !path.hasPrefix("/dev/") {
            try existing.demand(path)
        }
    }

    private static func canWrite(_ path: String) -> Bool {
        access(path, F_OK) == 0
            ? access(path, W_OK) == 0 && !Batch.isFolder(path) : access(path.folderAndName.folder, W_OK) == 0
    }

    func apply(to job: inout Job) {
        job.profiling = profile || profileJson != nil
        job.trace = trace
    }

    /// What the run leaves behind.
    /// - Parameter advice: What would paint faster.
    func write(_ profile: RunProfile, advice: String) throws {
        let report = ProfileReport(profile: profile, advice: advice)
        if let profileJson {
            let isNew = access(profileJson, F_OK) != 0
            do {
                try report.json.write(to: URL(fileURLWithPath: profileJson))
            } catch {
                if isNew { unlink(profileJson) }
                throw TemperaError.unwritable(profileJson)
            }
        }
        if self.profile { Console.shared.write(report.text) }
    }
}
