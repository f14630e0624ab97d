import Media
import Network

extension Job {
    /// Whether `run` would replace a file that it must not. What an earlier run of the same job wrote when it was stopped may go.
    public var findsOutputTaken: Bool {
        !overwrite && isThere && !(resumes && SegmentFolder.isUnfinished(output))
    }

    /// Whether an earlier run made the whole output.
    var isFinished: Bool { isThere && !hasLeftover }

    private var isThere: Bool { output != "-" && MediaFiles.exists(output) }

    private var hasLeftover: Bool { SegmentFolder.leftover(beside: output) != nil }

    /// Removes what the jobs of this process have written so far: for a process that ends at once.
    package static func removeUnfinished() { MediaFiles.removeUnfinished() }

    /// Whether what is read there comes as it is made: a pipe, by whatever name, or a device.
    package static func isStream(input: String) -> Bool { MediaFiles.isStream(input) }

    /// Whether what is written there is read at once: a pipe, by whatever name.
    package static func isPipe(output: String) -> Bool { MediaFiles.isPipe(output) }

    /// Whether a file of this name holds a picture or an animation, which is painted whole or not at all.
    package static func isPicture(output: String) -> Bool { MediaFiles.isPicture(output) || MediaFiles.isAnimation(output) }

    /// A path's name without its extension.
    package static func stem(of path: String) -> String { path.folderAndName.name.stem }

    /// Whether a file is at `path` that could lose something: no folder, pipe or device, and not empty.
    package static func holdsData(_ path: String) -> Bool { MediaFiles.holdsData(path) }

    /// Whether both paths mean one file that is there.
    package static func isSameFile(_ first: String, _ second: String) -> Bool { MediaFiles.isSame(first, second) }
}
