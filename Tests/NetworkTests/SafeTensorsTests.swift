import Testing

@testable import Network

@Suite struct SafeTensorsTests {
    let folder = TemporaryFolder()

    @Test(arguments: TensorType.allCases)
    func writesWhatItReads(type: TensorType) throws {
        let tensors = [
            Tensor(name: "a \"quoted\"\n\u{1F3A8}", shape: [2, 3], values: [0, -1, 0.5, 1024, -0.25, 3]),
            Tensor(name: "scalar", shape: [], values: [2]), Tensor(name: "none", shape: [4, 0], values: []),
        ]
        let path = folder.path + "/out.safetensors"
        try SafeTensors.write(tensors, metadata: ["style": "tab\tand \\", "licence": "é"], type: type, to: path)
        let file = try SafeTensors(path: path)
        #expect(file.metadata == ["style": "tab\tand \\", "licence": "é"])
        for tensor in tensors {
            #expect(file[tensor.name]?.shape == tensor.shape)
            #expect(file[tensor.name]?.type == type.rawValue)
            #expect(try file.values(tensor.name) == tensor.values)
        }
        let again = folder.path + "/again.safetensors"
        try SafeTensors.write(tensors, metadata: ["licence": "é", "style": "tab\tand \\"], type: type, to: again)
        #expect(readBytes(path) == readBytes(again))
    }

    @Test func roundsToNearestEven() {
        // Halfway between two neighbours, just above, and a carry into the exponent.
        #expect(TensorType.f16.bits(1 + 0x1p-11) == 0x3c00)
        #expect(TensorType.f16.bits(1 + 0x3p-11) == 0x3c02)
        #expect(TensorType.f16.bits(1 + 0x1.002p-11) == 0x3c01)
        #expect(TensorType.f16.bits(0x1p-24) == 0x0001)
        #expect(TensorType.f16.bits(0x1p-25) == 0x0000)
        #expect(TensorType.f16.bits(65519) == 0x7bff)
        #expect(TensorType.bf16.bits(1 + 0x1p-8) == 0x3f80)
        #expect(TensorType.bf16.bits(1 + 0x3p-8) == 0x3f82)
        #expect(TensorType.bf16.bits(-1 - 0x1.02p-8) == 0xbf81)
        #expect(TensorType.bf16.bits(0x1.ffp0) == 0x4000)
    }

    @Test func refusesToWriteWhatTheFormatCannotHold() {
        func reason(_ tensors: [Tensor], _ type: TensorType = .f32) -> WeightsError.Reason? {
            do {
                try SafeTensors.write(tensors, type: type, to: folder.path + "/refused.safetensors")
                return nil
            } catch { return error.reason }
        }
        let one = Tensor(name: "x", shape: [1], values: [1])
        #expect(reason([one, one]) == .duplicateName("x"))
        #expect(reason([Tensor(name: "__metadata__", shape: [1], values: [1])]) == .duplicateName("__metadata__"))
        #expect(
            reason([Tensor(name: "x", shape: [2], values: [1])]) == .sizeMismatch(tensor: "x", expected: 8, found: 4))
        #expect(reason([Tensor(name: "x", shape: [-1], values: [])]) == .shapeTooLarge(tensor: "x"))
        #expect(reason([Tensor(name: "x", shape: [1], values: [.nan])]) == .notFinite(tensor: "x", index: 0))
        #expect(
            reason([Tensor(name: "x", shape: [1], values: [65520])], .f16)
                == .overflow(tensor: "x", index: 0, type: "F16"))
        #expect(
            reason([Tensor(name: "x", shape: [1], values: [.greatestFiniteMagnitude])], .bf16)
                == .overflow(tensor: "x", index: 0, type: "BF16"))
    }

    @Test func aFailedWriteLeavesTheOldFileAndNothingElse() throws {
        let path = folder.write([1, 2, 3], "kept.safetensors")
        #expect(throws: WeightsError.self) {
            try SafeTensors.write([Tensor(name: "x", shape: [1], values: [.infinity])], to: path)
        }
        #expect(readBytes(path) == [1, 2, 3])
        #expect(entriesOfFolder(folder.path) == 1)
        #expect(throws: WeightsError.self) { try SafeTensors.write([], to: folder.path + "/no/such/folder") }
    }

    @Test(arguments: malformedFiles)
    func namesWhatIsWrong(file: MalformedFile) throws {
        let path = folder.write(file.bytes)
        let error = #expect(throws: WeightsError.self) { try SafeTensors(path: path) }
        let text = try #require(error).description
        #expect(text.contains(file.says), "\(text)")
        #expect(!text.contains("\n"))
    }

    @Test func opensOnlyRegularFiles() {
        #expect(throws: WeightsError(folder.path, .notAFile)) { try SafeTensors(path: folder.path) }
        #expect(throws: WeightsError("/dev/null", .notAFile)) { try SafeTensors(path: "/dev/null") }
        #expect(throws: WeightsError.self) { try SafeTensors(path: folder.path + "/absent") }
    }

    @Test func readsWhatOtherWritersWrite() throws {
        let header = """
             {"w" : {"shape":[2] , "data_offsets":[8,12],"dtype":"F16"},\r\n"steps":{"dtype":"I64","shape":[],\
            "data_offsets":[0,8]},"\\u00e9\\ud83c\\udfa8\\/":{"dtype":"BF16","shape":[1],"data_offsets":[12,14]}}   
            """
        let path = folder.write(safeTensorsFile(header, data: [7, 0, 0, 0, 0, 0, 0, 0, 0, 0x3c, 0, 0xc0, 0x80, 0x3f]))
        let file = try SafeTensors(path: path)
        #expect(file.entries.map(\.name) == ["steps", "w", "é🎨/"])
        #expect(try file.values("w") == [1, -2])
        #expect(try file.values("é🎨/") == [1])
        #expect(throws: WeightsError(path, .notAFloatType(tensor: "steps", type: "I64"))) { try file.values("steps") }
        #expect(throws: WeightsError(path, .noSuchTensor("v"))) { try file.values("v") }
    }

    @Test(arguments: [[0x80, 0x7f], [0xc0, 0xff], [0x80, 0xff]] as [[UInt8]])
    func refusesNumbersThatAreNone(bits: [UInt8]) throws {
        let header = #"{"w":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}}"#
        let path = folder.write(safeTensorsFile(header, data: [0, 0] + bits))
        #expect(throws: WeightsError(path, .notFinite(tensor: "w", index: 1))) {
            try SafeTensors(path: path).values("w")
        }
    }

    /// Damages a good file at random: every result is a tensor file or a `WeightsError`, and no read leaves the file.
    @Test func survivesRandomDamage() throws {
        let good = folder.path + "/good.safetensors"
        try Model.random(tinyArchitecture).write(good)
        let bytes = readBytes(good)
        let headerEnd = 8 + Int(bytes[0]) + Int(bytes[1]) << 8
        var generator = SplitMix64(state: 7)
        var refused = 0
        for _ in 0..<500 {
            var damaged = bytes
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let place = Int.random(in: 0..<min(headerEnd, damaged.count), using: &generator)
                switch Int.random(in: 0..<5, using: &generator) {
                case 0: damaged[place] = UInt8.random(in: 0...255, using: &generator)
                case 1: damaged[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
                case 2: damaged.remove(at: place)
                case 3: damaged.insert(Array("{}[]\",:0129\\ue".utf8).randomElement(using: &generator) ?? 0, at: place)
                default: damaged.removeLast(Int.random(in: 0..<(damaged.count - 8), using: &generator))
                }
                if damaged.count <= 8 { break }
            }
            do throws(WeightsError) {
                let file = try SafeTensors(path: folder.write(damaged, "damaged.safetensors"))
                for entry in file.entries { _ = try file.values(entry.name) }
            } catch {
                refused += 1
            }
        }
        #expect(refused > 300)
    }
}

/// Bytes that are no safetensors file, and what the error must say.
struct MalformedFile: Sendable, CustomTestStringConvertible {
    let name: String
    let bytes: [UInt8]
    let says: String

    var testDescription: String { name }

    init(_ name: String, _ bytes: [UInt8], says: String) {
        (self.name, self.bytes, self.says) = (name, bytes, says)
    }

    init(_ name: String, header: String, data: Int = 8, says: String) {
        self.init(name, safeTensorsFile(header, data: [UInt8](repeating: 0, count: data)), says: says)
    }
}

private func entry(_ name: String, _ type: String = "F32", _ shape: String = "[2]", _ offsets: String = "[0,8]")
    -> String
{
    #""\#(name)":{"dtype":"\#(type)","shape":\#(shape),"data_offsets":\#(offsets)}"#
}

private let malformedFiles: [MalformedFile] = [
    MalformedFile("empty", [], says: "0 bytes are too few"),
    MalformedFile("seven bytes", [1, 2, 3, 4, 5, 6, 7], says: "7 bytes are too few"),
    MalformedFile("length past the end", [3, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x7d], says: "claims 3 bytes where 2 can be"),
    MalformedFile("length of all ones", [UInt8](repeating: 255, count: 64), says: "claims 18446744073709551615 bytes"),
    MalformedFile("a JPEG", [0xFF, 0xD8, 0xFF] + [UInt8](repeating: 0xE0, count: 64), says: "'tempera train' makes a model of a painting"),
    MalformedFile("PyTorch's", Array("PK\u{3}\u{4}".utf8) + [UInt8](repeating: 0xE0, count: 64), says: "save its state_dict as .safetensors"),
    MalformedFile("length zero", [UInt8](repeating: 0, count: 64), says: "claims 0 bytes"),
    MalformedFile("no object", header: "[]", says: "expected \"{\" at byte 8"),
    MalformedFile("unclosed", header: "{\(entry("a"))", says: "expected \"}\""),
    MalformedFile("text after", header: "{\(entry("a"))} x", says: "nothing but blanks"),
    MalformedFile("trailing comma", header: "{\(entry("a")),}", says: "expected \"\"\""),
    MalformedFile("NUL padding", header: "{\(entry("a"))}\u{0}", says: "nothing but blanks"),
    MalformedFile("deep nesting", header: "{\"a\":" + String(repeating: "[", count: 200_000), says: "expected \"{\""),
    MalformedFile("deep shape", header: "{" + entry("a", "F32", "[[2]]") + "}", says: "not negative"),
    MalformedFile("name twice", header: "{\(entry("a")),\(entry("a"))}", says: "\"a\" appears twice"),
    MalformedFile(
        "field twice", header: #"{"a":{"dtype":"F32","dtype":"F32"}}"#, says: "\"a.dtype\" appears twice"),
    MalformedFile(
        "metadata key twice", header: #"{"__metadata__":{"k":"1","k":"2"}}"#, says: "\"k\" appears twice"),
    MalformedFile("metadata no string", header: #"{"__metadata__":{"k":1}}"#, says: "expected \"\"\""),
    MalformedFile("unknown field", header: #"{"a":{"stride":"F32"}}"#, says: "not \"stride\""),
    MalformedFile("missing field", header: #"{"a":{"dtype":"F32","shape":[2]}}"#, says: "two data_offsets"),
    MalformedFile("three offsets", header: "{\(entry("a", "F32", "[2]", "[0,4,8]"))}", says: "two data_offsets"),
    MalformedFile("negative", header: "{\(entry("a", "F32", "[-2]"))}", says: "not negative"),
    MalformedFile("fraction", header: "{\(entry("a", "F32", "[2.0]"))}", says: "expected \"]\""),
    MalformedFile("exponent", header: "{\(entry("a", "F32", "[2e0]"))}", says: "expected \"]\""),
    MalformedFile("leading zero", header: "{\(entry("a", "F32", "[02]"))}", says: "leading zeros"),
    MalformedFile("65 bits", header: "{\(entry("a", "F32", "[18446744073709551617]"))}", says: "at most 63 bits"),
    MalformedFile("shape overflow", header: "{\(entry("a", "F32", "[4294967296,4294967296]"))}", says: "more elements"),
    MalformedFile(
        "shape overflow behind a zero", header: "{\(entry("a", "F32", "[4294967296,4294967296,0]"))}",
        says: "more elements"),
    MalformedFile("unknown type", header: "{\(entry("a", "F31"))}", says: "unknown type \"F31\""),
    MalformedFile("past the end", header: "{\(entry("a", "F32", "[3]", "[0,12]"))}", says: "outside of the 8 bytes"),
    MalformedFile("backwards", header: "{\(entry("a", "F32", "[2]", "[8,0]"))}", says: "outside of the 8 bytes"),
    MalformedFile("size mismatch", header: "{\(entry("a", "F32", "[1]"))}", says: "needs 4 bytes"),
    MalformedFile(
        "overlap", header: "{\(entry("a")),\(entry("b", "F32", "[1]", "[4,8]"))}", says: "\"a\" and \"b\" overlap"),
    MalformedFile("gap before", header: "{\(entry("a", "F32", "[1]", "[4,8]"))}", says: "4 bytes before tensor \"a\""),
    MalformedFile("gap after", header: "{\(entry("a", "F32", "[1]", "[0,4]"))}", says: "4 bytes at the end"),
    MalformedFile("bad escape", header: #"{"\x":"#, says: "string escape"),
    MalformedFile("half a surrogate pair", header: #"{"\ud83c":{}}"#, says: "surrogate"),
    MalformedFile("lone low surrogate", header: #"{"\udfa8":{}}"#, says: "Unicode character"),
    MalformedFile("bad hexadecimal", header: #"{"\u00g0":{}}"#, says: "hexadecimal"),
    MalformedFile("control character", header: "{\"a\nb\":{}}", says: "control character"),
    MalformedFile("endless string", header: "{\"a", says: "end of a string"),
    MalformedFile("no UTF-8", [4, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x22, 0xff, 0x22], says: "valid UTF-8"),
]
