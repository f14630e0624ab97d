import Glibc
import Synchronization

@testable import Network

/// A folder that is gone when its owner is.
final class TemporaryFolder: Sendable {
    let path: String

    init() {
        var name = Array("/tmp/tempera-test-XXXXXX".utf8CString)
        path = mkdtemp(&name).map { String(cString: $0) } ?? "/tmp"
    }

    deinit { if path != "/tmp" { _ = system("rm -rf '\(path)'") } }

    /// Writes `bytes` under `name` and returns the path.
    func write(_ bytes: [UInt8], _ name: String = "file.safetensors") -> String {
        let file = "\(path)/\(name)"
        if let stream = fopen(file, "w") {
            fwrite(bytes, 1, bytes.count, stream)
            fclose(stream)
        }
        return file
    }
}

/// All of a file; empty when it cannot be read.
func readBytes(_ path: String) -> [UInt8] {
    guard let stream = fopen(path, "r") else { return [] }
    defer { fclose(stream) }
    fseek(stream, 0, SEEK_END)
    let size = ftell(stream)
    rewind(stream)
    return [UInt8](unsafeUninitializedCapacity: size) { $1 = fread($0.baseAddress, 1, size, stream) }
}

/// How many entries a folder has.
func entriesOfFolder(_ path: String) -> Int {
    guard let folder = opendir(path) else { return 0 }
    defer { closedir(folder) }
    var count = -2
    while readdir(folder) != nil { count += 1 }
    return count
}

/// Integers that many threads count up.
final class Counters: Sendable {
    private let cells: Mutex<[Int]>

    init(_ count: Int) { cells = Mutex([Int](repeating: 0, count: count)) }

    /// The value before.
    @discardableResult func add(_ index: Int, _ amount: Int = 1) -> Int {
        cells.withLock {
            $0[index] += amount
            return $0[index] - amount
        }
    }

    var values: [Int] { cells.withLock { $0 } }
}

/// A safetensors file of this header and data.
func safeTensorsFile(_ header: String, data: [UInt8] = []) -> [UInt8] {
    let text = Array(header.utf8)
    return (0..<8).map { UInt8(truncatingIfNeeded: text.count >> ($0 * 8)) } + text + data
}

/// A small network with every kind of block.
let tinyArchitecture = Architecture.johnson(name: "johnson-tiny", width: 2)

extension Model {
    /// Plausible weights: small random kernels, norms near one.
    static func random(_ architecture: Architecture, seed: UInt64 = 1) -> Model {
        var generator = SplitMix64(state: seed)
        var tensors: [String: [Float]] = [:]
        for parameter in architecture.parameters {
            let count = parameter.shape.reduce(1, *)
            let isNorm = parameter.shape.count == 1 && parameter.name.hasSuffix("weight")
            let scale = parameter.shape.count == 4 ? 1 / Float(count / parameter.shape[0]).squareRoot() : 0.5
            tensors[parameter.name] = (0..<count).map { _ in
                (isNorm ? 1 : 0) + scale * Float.random(in: -1...1, using: &generator)
            }
        }
        return Model(architecture: architecture, tensors: tensors, metadata: ["style": "random"])
    }
}

extension Executor {
    /// The network's own numbers for a picture that it does not enlarge: height x width x 3.
    func values(_ input: PixelBuffer) -> [Float] {
        [Float](unsafeUninitializedCapacity: input.width * input.height * 3) { buffer, count in
            if let start = buffer.baseAddress { paint(input, into: start) }
            count = input.width * input.height * 3
        }
    }
}
