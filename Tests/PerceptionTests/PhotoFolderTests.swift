import Foundation
import Media
import Network
import Testing

@testable import Perception

@Suite struct PhotoFolderTests {
    /// Pipes would be waited for; a link may lead to photos, to nothing, or back to where it is.
    @Test func linksAreFollowedAndPipesLeftOut() throws {
        let studio = try Studio(), folder = studio.folder + "/linked"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for (name, to) in [("more", "../photos"), ("round", "."), ("gone.jpg", "nowhere"), ("one.png", "../painting.png")] {
            try FileManager.default.createSymbolicLink(atPath: "\(folder)/\(name)", withDestinationPath: to)
        }
        #expect(mkfifo(folder + "/pipe.jpg", 0o600) == 0)
        try FileManager.default.createDirectory(atPath: folder + "/folder.jpg", withIntermediateDirectories: true)
        let photos = ["more/1.png", "more/3.png", "more/more/0.png", "more/more/2.png", "more/more/4.png", "one.png"]
        #expect(try PhotoFolder(folder).files == photos)
    }

    /// A photo that cannot be read, or is a banner, is named, and the mean is that of the others.
    @Test func whatCannotBeMeasuredIsLeftOut() throws {
        let studio = try Studio(photos: 2), photos = studio.folder + "/photos"
        var measurement = ObjectiveMeasurement(
            painting: studio.folder + "/painting.png", photos: photos, vgg: studio.folder + "/vgg.safetensors")
        (measurement.size, measurement.styleSize) = (64, 64)
        (measurement.weights.styleLayers, measurement.weights.contentLayer) = ([.relu1_1], .relu1_2)
        let losses = try measurement.run(.photos)
        try Data("no picture".utf8).write(to: URL(fileURLWithPath: photos + "/bad.jpg"))
        try PixelBuffer(width: 900, height: 100).write(photos + "/long.png")
        var leftOut: [String] = []
        #expect(try measurement.run(.photos, leftOut: { leftOut.append($0) }) == losses)
        #expect(leftOut == ["bad.jpg", "long.png"])
        #expect(throws: TrainingError.self) { try StyleTarget.read(
            photos + "/long.png", size: 64, vgg: measurement.vgg, weights: measurement.weights, pooling: .max,
            context: TrainingContext(threads: 1)) }
    }

    /// Rows stay as they were written, however often a run goes on.
    @Test func lossesAreReadBackAsTheyWere() throws {
        let studio = try Studio(photos: 1), path = studio.folder + "/a.csv"
        var losses = Losses()
        (losses.content, losses.style, losses.grid) = (123_456.7, 6_505_967.49, 0.123456789)
        try LossLog(path, keeping: 0).append(.init(step: 1, seconds: 2.5, rate: 1e-3, painting: 1, losses: losses))
        let written = try String(contentsOfFile: path, encoding: .utf8)
        let row = try #require(try LossLog(path, keeping: 1).rows.first)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == written)
        #expect(row.painting == 1 && row.total > row.losses.style)
    }

    /// The last steps of a run are on crops four times as large.
    @Test func whatIsLeftIsJudgedByTheCropsToCome() throws {
        let studio = try Studio()
        var options = studio.options("a", iterations: 10)
        (options.crop, options.smallShare) = (256, 0.8)
        let context = try TrainingContext(threads: 1), photos = try PhotoFolder(options.photos)
        let goal = try PreparedGoal(options, photos: photos, context: context)
        var pace = TrainingPace(
            TrainingStage.plan(options, photos: photos, teacher: nil, objective: goal.objective, context: context))
        #expect(pace.remaining(after: 0, of: 10) == 0)
        for step in 0..<4 { pace.add(1, step: step, of: 10) }
        #expect(pace.remaining(after: 4, of: 10) == 4 + 2 * 4)
        for step in 4..<9 { pace.add(step < 8 ? 1 : 3, step: step, of: 10) }
        #expect(pace.remaining(after: 9, of: 10) == 3)
    }
}
