import Foundation
import Testing

@testable import Network

/// What groups around a process allow it, by copies of the kernel's files.
@Suite struct ControlGroupTests {
    private func hierarchy(_ files: [String: String], groups: String, _ body: (ControlGroup) -> Void) throws {
        let root = FileManager.default.temporaryDirectory.appendingPathComponent("tempera-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: root) }
        for (name, text) in files {
            let file = root.appendingPathComponent(name)
            try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
        body(ControlGroup(root: root.path, groups: groups))
    }

    @Test func theTightestOfTheGroupsAroundCounts() throws {
        let files = [
            "user.slice/memory.max": "8000\n", "user.slice/memory.current": "3000\n",
            "user.slice/memory.stat": "anon 10\ninactive_file 1000\n", "user.slice/job/memory.max": "max\n",
            "user.slice/cpu.max": "400000 100000\n", "user.slice/job/cpu.max": "150000 100000\n", "other/memory.max": "1\n",
        ]
        try hierarchy(files, groups: "0::/user.slice/job\n") {
            #expect($0.availableMemory() == 6000 && $0.cpuQuota() == 1.5)
        }
        // A container's own is the root, whatever path it is told.
        try hierarchy(["memory.max": "500\n", "cpu.max": "max 100000\n"], groups: "0::/../elsewhere\n") {
            #expect($0.availableMemory() == 500 && $0.cpuQuota() == nil)
        }
        try hierarchy([:], groups: "") { #expect($0.availableMemory() == nil && $0.cpuQuota() == nil) }
    }

    @Test func theOlderVersionHasAHierarchyForEachController() throws {
        let files = [
            "memory/memory.limit_in_bytes": "9223372036854771712\n", "memory/a/memory.limit_in_bytes": "4000\n",
            "memory/a/memory.usage_in_bytes": "1500\n", "memory/a/memory.stat": "total_inactive_file 500\n",
            "cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n", "cpu/b/cpu.cfs_quota_us": "50000\n",
            "cpu/b/cpu.cfs_period_us": "100000\n",
        ]
        try hierarchy(files, groups: "5:cpuacct,cpu:/b\n4:memory:/a\n0::/\n") {
            #expect($0.availableMemory() == 3000 && $0.cpuQuota() == 0.5)
        }
    }
}
