import Foundation
import Network

/// What a figure must be read with: the processor, its instruction sets, the cores and memory that this process has.
public struct MachineFacts: Sendable, Equatable, Codable {
    public var processor: String
    /// The widest instruction sets that matter here, as `avx512 amx_bf16`.
    public var instructionSets: [String]
    /// Cores that this process may use.
    public var cores: Int
    /// Bytes.
    public var memory: Int

    public init(processor: String, instructionSets: [String], cores: Int, memory: Int) {
        self.processor = processor
        self.instructionSets = instructionSets
        self.cores = cores
        self.memory = memory
    }

    enum CodingKeys: String, CodingKey {
        case processor, cores
        case instructionSets = "instruction_sets"
        case memory = "memory_bytes"
    }

    /// Of this machine.
    public static var current: MachineFacts {
        let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
        return MachineFacts(
            cpuinfo: text, cores: Processors.count,
            memory: Int(clamping: ProcessInfo.processInfo.physicalMemory))
    }

    /// From the text of `/proc/cpuinfo`.
    init(cpuinfo: String, cores: Int, memory: Int) {
        let fields = cpuinfo.prefix(16384).split(separator: "\n").map {
            $0.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
        }
        func field(_ names: String...) -> String? { fields.first { $0.count == 2 && names.contains($0[0]) }?[1] }
        let flags = Set((field("flags", "Features") ?? "").split(separator: " ").map(String.init))
        self.init(
            processor: field("model name", "Processor") ?? "unknown processor",
            instructionSets: Self.notable.filter { flags.isSuperset(of: $0.flags) }.map(\.name), cores: cores, memory: memory)
    }

    private static let notable: [(name: String, flags: [String])] = [
        ("avx2", ["avx2", "fma"]), ("avx512", ["avx512f", "avx512bw", "avx512dq", "avx512vl"]),
        ("avx512_vnni", ["avx512_vnni"]), ("avx512_bf16", ["avx512_bf16"]), ("amx_bf16", ["amx_bf16"]),
        ("amx_int8", ["amx_int8"]), ("neon", ["asimd"]),
    ]

    /// One line: `AMD EPYC 9B45, avx512 amx_bf16, 2 cores, 24.0 GB`.
    public var line: String {
        let sets = instructionSets.isEmpty ? "no vector extensions" : instructionSets.joined(separator: " ")
        let gigabytes = (Double(memory) / 1e8).rounded() / 10
        return "\(processor), \(sets), \(cores) core\(cores == 1 ? "" : "s"), \(gigabytes) GB"
    }

    /// The most memory that this process has had resident, in bytes.
    public static var peakMemory: Int {
        var usage = rusage()
        getrusage(RUSAGE_SELF.rawValue, &usage)
        return usage.ru_maxrss * 1024
    }
}
