import Foundation
import Media
import Pipeline

/// A folder of videos and pictures, painted one after another into another folder, under the same names.
///
/// ```swift
/// let batch = Batch(Job(input: "holiday", output: "painted", style: try Style("starry-night")))
/// let summary = try batch.run { event in if case .failed(let file, let error) = event { print(file, error) } }
/// ```
///
/// A file that fails is named and the next one begins. With `job.resumes` and without `job.overwrite`, what an earlier run
/// finished is not painted again.
/// When it is stopped, the file it was at has no output.
/// Files whose names say no format with pictures are left out, hidden ones, folders and pipes too; so are files that hold no
/// picture.
public struct Batch: Sendable {
    /// What to do with each file; its input and output are the folders, and it has no trace.
    public var job: Job
    /// Leaves out files whose outputs are there already.
    public var skipsFinished = false

    public init(_ job: Job) { self.job = job }

    /// Whether `input` names a folder, and so a batch. `-` is stdin, whatever lies there.
    package static func isFolder(_ input: String) -> Bool { input != "-" && MediaFiles.isFolder(input) }

    public enum Event: Sendable {
        /// File `number`, from 1, of `count`.
        case began(String, number: Int, count: Int)
        /// What the job of a file tells.
        case job(String, Job.Event)
        case finished(String, Job.Summary)
        case failed(String, TemperaError)
        /// No videos or pictures, each by its name; folders' end in a slash.
        case leftOut([String])
        /// Painted by an earlier run.
        case finishedBefore(String)
    }

    public struct Summary: Sendable {
        public var painted = 0
        public var failed = 0
        /// Not begun, or stopped on the way.
        public var unfinished = 0
        /// The batch was cancelled before its end.
        public var wasStopped = false
    }

    /// - Throws: ``TemperaError`` when the folders themselves cannot be used, or hold nothing to paint.
    public func run(
        cancellation: Cancellation = Cancellation(), onEvent: @escaping @Sendable (Event) -> Void = { _ in }
    ) throws(TemperaError) -> Summary {
        let isNew = !FileManager.default.fileExists(atPath: job.output), (files, others) = try contents()
        if !others.isEmpty { onEvent(.leftOut(others)) }
        var summary = Summary(), without = 0
        func stop(at index: Int) { (summary.wasStopped, summary.unfinished) = (true, files.count - index) }
        for (index, file) in files.enumerated() {
            if cancellation.isRequested {
                stop(at: index)
                break
            }
            let fileJob = fileJob(file)
            if skipsFinished && fileJob.findsOutputTaken || job.resumes && !job.overwrite && fileJob.isFinished {
                onEvent(.finishedBefore(file))
                continue
            }
            onEvent(.began(file, number: index + 1, count: files.count))
            do throws(TemperaError) {
                if MediaFiles.isRow(file) { throw .namedLikeRow(fileJob.input) }
                if MediaFiles.isReadOnly(file) { throw .readOnly(fileJob.input) }
                let done = try fileJob.run(cancellation: cancellation) { onEvent(.job(file, $0)) }
                if done.wasStopped {
                    stop(at: index)
                    break
                }
                summary.painted += 1
                onEvent(.finished(file, done))
            } catch .media(.noVideo) {
                without += 1
                onEvent(.leftOut([file]))
            } catch {
                if cancellation.isRequested {
                    stop(at: index)
                    break
                }
                summary.failed += 1
                onEvent(.failed(file, error))
            }
        }
        if without == files.count {
            if isNew { rmdir(job.output) }
            throw .nothingToPaint(job.input)
        }
        return summary
    }

    /// What there is to paint, and what else, by name; the output folder is made.
    private func contents() throws(TemperaError) -> (files: [String], others: [String]) {
        let manager = FileManager.default
        guard let names = try? manager.contentsOfDirectory(atPath: job.input).sorted() else {
            throw manager.fileExists(atPath: job.input) ? .media(.noPermission(job.input)) : .media(.missingFile(job.input))
        }
        if MediaFiles.isSame(job.input, job.output) { throw .media(.sameFile(job.output)) }
        let shown = names.filter { !$0.hasPrefix(".") }
        let folders = Set(shown.filter { MediaFiles.isFolder(path($0, in: job.input)) })
        func isMedia(_ name: String) -> Bool {
            !folders.contains(name) && MediaFiles.isMedia(name) && MediaFiles.isRegular(path(name, in: job.input))
        }
        let media = shown.filter(isMedia), others = shown.filter { !isMedia($0) }.map { folders.contains($0) ? $0 + "/" : $0 }
        if media.isEmpty { throw .nothingToPaint(job.input) }
        do {
            try manager.createDirectory(atPath: job.output, withIntermediateDirectories: true)
        } catch {
            let isFile = manager.fileExists(atPath: job.output) && !MediaFiles.isFolder(job.output)
            throw isFile ? .media(.unwritable(job.output, why: "a folder becomes a folder, and this is a file")) : .unwritable(job.output)
        }
        return (media, others)
    }

    private func fileJob(_ file: String) -> Job {
        var job = job
        job.keepsStopped = false
        job.trace = nil
        job.input = path(file, in: self.job.input)
        job.output = path(file, in: self.job.output)
        // What is said of a video's time, encoder and container is not meant for pictures, which are painted at once or not at all.
        if MediaFiles.isPicture(file) || MediaFiles.isAnimation(file) {
            job.resumes = false
            job.writing = WritingOptions()
        }
        if MediaFiles.isPicture(file) {
            (job.reading.start, job.reading.duration) = (nil, nil)
            (job.rate, job.pacing) = (nil, .offline)
        }
        return job
    }

    private func path(_ name: String, in folder: String) -> String { folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)" }
}
