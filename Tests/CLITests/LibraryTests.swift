import Foundation
import Synchronization
import Tempera
import TestFiles
import Testing

/// The library as a program that imports it sees it.
@Suite struct LibraryTests {
    private func slopes(width: Int, height: Int) throws -> Picture {
        let bytes = (0..<width * height * 3).map { UInt8(truncatingIfNeeded: $0 / 5) }
        return try Picture(width: width, height: height, bytes: bytes)
    }

    @Test func aPictureIsPaintedAlikeEveryTime() throws {
        let stylizer = try Stylizer(style: Style("starry-night"), width: 45, height: 30)
        let picture = try slopes(width: 45, height: 30)
        let painted = try stylizer.paint(picture)
        #expect(painted.width == 45 && painted.height == 30)
        #expect(painted != picture)
        #expect(try stylizer.paint(picture) == painted)
    }

    @Test func aPictureOfAnotherSizeIsRefused() throws {
        let stylizer = try Stylizer(style: Style("starry-night"), width: 45, height: 30)
        #expect(throws: TemperaError.self) { try stylizer.paint(slopes(width: 30, height: 45)) }
        #expect(throws: TemperaError.self) { try Picture(width: 4, height: 4, bytes: [1, 2, 3]) }
        #expect(throws: TemperaError.self) { try Picture(width: -4, height: -4, bytes: [UInt8](repeating: 0, count: 48)) }
        // A size whose product does not fit an integer is refused like any other.
        #expect(throws: TemperaError.self) { try Picture(width: .max, height: .max, bytes: []) }
    }

    @Test func aSizeThatCannotBePaintedIsAnErrorOfTheNetwork() throws {
        let style = try Style("starry-night")
        do {
            _ = try Stylizer(style: style, width: 4, height: 4)
            Issue.record("no error")
        } catch {
            guard case .network = error else {
                Issue.record("\(error)")
                return
            }
        }
    }

    @Test func bundledStylesSayWhoseTheyAre() throws {
        for style in try Style.bundled() {
            #expect(style.licence?.isEmpty == false && style.provenance?.isEmpty == false, "\(style.name)")
        }
        #expect(try Style.standard().name == "starry-night")
    }

    @Test func aJobNeedsSomethingToPaintWith() throws {
        let folder = try ScratchFolder()
        var job = Job(input: Checkout.path("Samples/harbour.mp4"), output: folder.path("out.mkv"), style: try Style("starry-night"))
        job.style = nil
        do throws(TemperaError) {
            _ = try job.run()
            Issue.record("painted")
        } catch {
            guard case .nothingToPaintWith = error else {
                Issue.record("\(error)")
                return
            }
        }
    }

    @Test func aJobTellsHowFarItIs() throws {
        let folder = try ScratchFolder()
        let size = 32 * 24 * 3
        let raw = Data((0..<size * 5).map { UInt8(truncatingIfNeeded: $0 / 7) })
        try raw.write(to: URL(fileURLWithPath: folder.path("in.rgb")))
        var job = Job(input: folder.path("in.rgb"), output: folder.path("out.nut"), style: try Style("starry-night"))
        job.reading.format = "rawvideo"
        job.reading.size = RequestedSize(width: 32, height: 24)
        job.reading.rate = Rational(10, 1)
        job.painting.threads = 1
        let frames = Mutex<[Int]>([])
        let began = Mutex<[[Int]]>([])
        let summary = try job.run { event in
            switch event {
            case .began(let run): began.withLock { $0.append([run.width, run.height]) }
            case .progress(let progress): frames.withLock { $0.append(progress.frames) }
            case .warning: break
            }
        }
        #expect(began.withLock { $0 } == [[32, 24]])
        #expect(frames.withLock { $0 } == [1, 2, 3, 4, 5])
        #expect(summary.counts.written == 5 && summary.counts.isConserved)
        #expect(!summary.wasStopped && summary.profile == nil)
        do {
            _ = try job.run()
            Issue.record("overwrote")
        } catch {
            guard case .outputExists = error else {
                Issue.record("\(error)")
                return
            }
        }
        // A trace takes the place of no video.
        job.overwrite = true
        for place in [job.input, job.output] {
            let before = try Data(contentsOf: URL(fileURLWithPath: place))
            job.trace = place
            #expect(throws: TemperaError.self) { try job.run() }
            #expect(try Data(contentsOf: URL(fileURLWithPath: place)) == before)
        }
    }
}
