import Foundation
import Testing

@testable import Network
@testable import Perception

/// Styles on one body: trained on another's, or several in turn.
@Suite struct SharedBodyTests {
    /// A style on another's body: a small file that works beside that one, and with no other.
    @Test func aStyleMayShareABody() throws {
        let studio = try Studio(), base = studio.folder + "/base.safetensors", path = studio.folder + "/small.safetensors"
        var options = studio.options("base", iterations: 2)
        options.architecture = .live(widths: [16], residuals: 1)
        _ = try TrainingRun(options).run(to: 2)
        (options.output, options.initial, options.sharesBody) = (path, base, true)
        _ = try TrainingRun(options).run(to: 2)

        let whole = try Model.load(base), model = try Model.load(path), own = Set(options.architecture.styleParameters.map(\.name))
        #expect(Set(try SafeTensors(path: path).entries.map(\.name)) == own && own.count == 8)
        let moved = Set(model.tensors.filter { $1 != whole.tensors[$0] }.keys)
        #expect(moved.isSubset(of: own) && moved.contains("in1.weight") && moved.contains("deconv1.conv2d.weight"))
        try model.write(studio.folder + "/again.safetensors", type: .f16)
        #expect(try Model.load(studio.folder + "/again.safetensors").tensors == model.tensors)

        options.output = studio.folder + "/photos/far.safetensors"
        #expect { try TrainingRun(options) } throws: { "\($0)".contains("base.safetensors, whose body it takes, must lie beside it") }
        try FileManager.default.createDirectory(atPath: studio.folder + "/else", withIntermediateDirectories: true)
        var stranger = whole
        stranger.tensors["conv1.conv2d.weight"]?[0] += 1
        try stranger.write(studio.folder + "/else/base.safetensors")
        options.output = studio.folder + "/else/small.safetensors"
        #expect { try TrainingRun(options) } throws: { "\($0)".contains("base.safetensors, whose body it takes, must lie beside it") }
        (options.initial, options.output) = (path, studio.folder + "/third.safetensors")
        #expect { try TrainingRun(options) } throws: { "\($0)".contains("cannot lend its body") }
        options.sharesBody = false
        #expect(throws: Never.self) { try TrainingRun(options) }
        options.initial = nil
        options.sharesBody = true
        #expect { try TrainingRun(options) } throws: { "\($0)".contains("what shares a body must be a style with") }

        var other = whole
        other.tensors["conv1.conv2d.weight"]?[0] += 1
        try other.write(base)
        #expect { try Model.load(path) } throws: { "\($0)".contains("another network than") }
        try FileManager.default.removeItem(atPath: base)
        #expect { try Model.load(path) } throws: { "\($0)".contains("neither beside it nor bundled") }
    }

    /// Several paintings in turn: a network and, beside it, norms and a last layer each, all of them moved, and as well after a stop.
    @Test func stylesTakeTurnsOnOneBody() throws {
        let studio = try Studio(), folder = studio.folder
        for name in ["b", "c"] {
            try FileManager.default.copyItem(atPath: folder + "/photos/\(name == "b" ? "1" : "3").png", toPath: "\(folder)/\(name).old.png")
        }
        var options = studio.options("a", iterations: 30)
        options.architecture = .live(widths: [16], residuals: 1)
        options.goal = .style(paintings: [folder + "/painting.png", folder + "/b.old.png", folder + "/c.old.png"])
        options.previewEvery = 30
        _ = try TrainingRun(options).run(to: 30)
        let names = ["a", "b.old", "c.old"], whole = try names.map { try Model.load("\(folder)/\($0).safetensors") }
        let own = Set(options.architecture.styleParameters.map(\.name))
        #expect(!whole[0].sharesBody && whole[1].sharesBody && whole[1].metadata["body"] == "a.safetensors")
        for (one, other) in [(0, 1), (0, 2), (1, 2)] {
            let unlike = Set(whole[one].tensors.filter { $1 != whole[other].tensors[$0] }.keys)
            // What instance norm takes away again, a bias before it, need not differ.
            #expect(unlike.isSubset(of: own) && unlike.contains("in1.weight") && unlike.contains("deconv1.conv2d.weight"))
        }

        #expect { try TrainingRun(options) } throws: { "\($0)".contains("c.old.safetensors: exist; add -y to overwrite them") }
        options.overwrite = true
        _ = try TrainingRun(options).run(to: 26)
        options.resume = true
        _ = try TrainingRun(options).run(to: 30)
        for (name, model) in zip(names, whole) { #expect(try Model.load("\(folder)/\(name).safetensors").tensors == model.tensors) }

        try FileManager.default.createDirectory(atPath: folder + "/next", withIntermediateDirectories: true)
        (options.initial, options.output, options.resume) = (options.output, folder + "/next/a.safetensors", false)
        (options.length, options.rate) = (.iterations(1), 1e-30)
        _ = try TrainingRun(options).run(to: 1)
        for (name, model) in zip(names, whole) { #expect(try Model.load("\(folder)/next/\(name).safetensors").tensors == model.tensors) }

        // Without the first: the second's file holds the body now.
        try FileManager.default.createDirectory(atPath: folder + "/two", withIntermediateDirectories: true)
        let paintings = options.goal
        options.goal = .style(paintings: [folder + "/b.old.png", folder + "/c.old.png"])
        (options.output, options.overwrite) = (folder + "/two/b.old.safetensors", false)
        _ = try TrainingRun(options).run(to: 1)
        let two = try names.dropFirst().map { try Model.load("\(folder)/two/\($0).safetensors") }
        #expect(!two[0].sharesBody && two[1].metadata["body"] == "b.old.safetensors")
        for (old, new) in zip(whole.dropFirst(), two) { #expect(new.tensors == old.tensors) }
        (options.goal, options.output, options.overwrite) = (paintings, folder + "/next/a.safetensors", true)

        options.provenance = ["one"]
        #expect { try TrainingRun(options) } throws: { "\($0)".contains("must be given once for every painting") }
        options.provenance = []
        options.goal = .style(paintings: [folder + "/painting.png", folder + "/b.old.png"])
        #expect { try TrainingRun(options) } throws: { "\($0)".contains("c.old.safetensors beside it takes its body") }
        options.output = folder + "/b.old.safetensors"
        #expect { try TrainingRun(options) } throws: { "\($0)".contains("two of the styles would have that name") }
        #expect(TrainingFiles(output: "m/x.live.safetensors", paintings: ["p/x.png", "p/y.png"]).models[1] == "m/y.live.safetensors")
        options.goal = .style(paintings: [])
        #expect { try TrainingRun(options) } throws: { "\($0)".contains("no painting to learn from") }
    }
}
