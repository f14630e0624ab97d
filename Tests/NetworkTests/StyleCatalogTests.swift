import Glibc
import Testing

@testable import Network

@Suite struct StyleCatalogTests {
    let folder = TemporaryFolder()

    private func put(_ path: String, style: String) throws {
        _ = system("mkdir -p '\(folder.path)/\(path)'")
        try SafeTensors.write(
            [], metadata: ["style": style, "licence": "Apache-2.0", "architecture": "johnson-full"], to: "\(folder.path)/\(path)/\(style).safetensors")
    }

    @Test func findsStylesOfACheckoutAPrefixAndTheEnvironment() throws {
        try put("mine", style: "scream")
        try put("checkout/Models", style: "starry-night")
        try put("checkout/Sources/Network", style: "not-here")
        _ = folder.write([], "checkout/Package.swift")
        try put("prefix/share/tempera/models", style: "wave")
        try put("prefix/bin", style: "not-here")
        func names(_ environment: String?, executable: String, current: String) -> [String] {
            StyleCatalog(
                environment: environment.map { folder.path + $0 }, executableDirectory: folder.path + executable,
                currentDirectory: folder.path + current
            ).styles.map(\.name)
        }
        #expect(names(nil, executable: "/checkout/.build/release", current: "/mine") == ["starry-night"])
        #expect(names(nil, executable: "/prefix/bin", current: "/mine") == ["wave"])
        #expect(names(nil, executable: "/prefix/bin", current: "/checkout/Sources") == ["starry-night", "wave"])
        #expect(names("/mine", executable: "/prefix/bin", current: "/") == ["scream", "wave"])
        #expect(names("/mine:/absent", executable: "/", current: "/") == ["scream"])
        #expect(names(nil, executable: "/mine", current: "/") == [])
    }

    @Test func theFirstFolderOfANameWins() throws {
        try put("a", style: "wave")
        try put("b", style: "wave")
        let catalog = StyleCatalog(folders: [folder.path + "/b", folder.path + "/a"])
        #expect(catalog.styles.map(\.path) == [folder.path + "/b/wave.safetensors"])
        #expect(catalog.styles.first?.licence == "Apache-2.0")
    }

    /// VGG16's weights may lie beside styles.
    @Test func filesOfOtherNetworksAreNoStyles() throws {
        try put("m", style: "wave")
        try SafeTensors.write([Tensor(name: "conv1_1.bias", shape: [1], values: [0])], to: folder.path + "/m/vgg16.safetensors")
        #expect(StyleCatalog(folders: [folder.path + "/m"]).styles.map(\.name) == ["wave"])
    }

    @Test func resolvesNamesAndFilesAndSuggestsNearOnes() throws {
        for style in ["starry-night", "wave", "the-scream"] { try put("m", style: style) }
        let catalog = StyleCatalog(folders: [folder.path + "/m"])
        #expect(try catalog.resolve("wave") == folder.path + "/m/wave.safetensors")
        #expect(try catalog.resolve("./x") == "./x")
        #expect(try catalog.resolve("x.safetensors") == "x.safetensors")
        #expect(throws: StyleError.unknown("stary-nigt", near: ["starry-night"])) { try catalog.resolve("stary-nigt") }
        #expect(throws: StyleError.unknown("Star", near: ["starry-night"])) { try catalog.resolve("Star") }
        #expect(throws: StyleError.unknown("zebra", near: [])) { try catalog.resolve("zebra") }
        #expect(throws: StyleError.nothingBundled(searched: [])) { try StyleCatalog(folders: []).resolve("wave") }
        #expect(StyleError.unknown("wav", near: ["wave"]).description.hasSuffix("did you mean wave?"))
    }

    /// What a plain name holds counts where no other file says more.
    @Test func aLiveNetworkMayHaveAPlainName() throws {
        let folder = folder.path
        func write(_ name: String, _ architecture: Architecture) throws {
            try SafeTensors.write([], metadata: ["architecture": architecture.name], to: "\(folder)/\(name).safetensors")
        }
        let catalog = StyleCatalog(folders: [folder])
        try write("mine", .live)
        #expect(try catalog.resolve("mine", networks: [.live]) == folder + "/mine.safetensors")
        #expect(try catalog.resolve("mine", networks: [.full, .live]) == folder + "/mine.safetensors")
        #expect(throws: StyleError.noNetwork("mine", .full)) { try catalog.resolve("mine", networks: [.full]) }
        #expect(catalog.styles.map(\.network) == [.live])
        try write("mine.live", .live)
        #expect(try catalog.resolve("mine.live") == folder + "/mine.live.safetensors")
        #expect(try catalog.resolve("mine", networks: [.live]) == folder + "/mine.live.safetensors")
    }

    @Test func aStylesNetworksShareItsName() throws {
        for style in ["wave", "wave.live", "night"] { try put("m", style: style) }
        let catalog = StyleCatalog(folders: [folder.path + "/m"]), full = folder.path + "/m/wave.safetensors",
            live = folder.path + "/m/wave.live.safetensors"
        #expect(catalog.styles.map(\.name) == ["night", "wave", "wave"])
        #expect(catalog.styles.map(\.network) == [.full, .full, .live])
        #expect(try catalog.resolve("wave") == full)
        #expect(try catalog.resolve("wave", networks: [.live, .full]) == live)
        #expect(try catalog.resolve("wave", networks: [.full]) == full)
        #expect(try catalog.resolve("wave.live") == live)
        #expect(try catalog.resolve("night", networks: [.live, .full]) == folder.path + "/m/night.safetensors")
        #expect(throws: StyleError.noNetwork("night", .live)) { try catalog.resolve("night", networks: [.live]) }
        #expect(throws: StyleError.noNetwork("night", .live)) { try catalog.resolve("night.live") }
        #expect(throws: StyleError.unknown("wav", near: ["wave"])) { try catalog.resolve("wav") }
    }

    @Test func aFileThatIsNoStyleIsNotListed() throws {
        try put("m", style: "wave")
        _ = folder.write([1, 2, 3], "m/broken.safetensors")
        let catalog = StyleCatalog(folders: [folder.path + "/m"])
        #expect(catalog.styles.map(\.name) == ["wave"])
        #expect(try catalog.resolve("broken") == folder.path + "/m/broken.safetensors")
    }
}
