/// The limits of the control group that this process is in and of those around it, of version 2 or 1. A container may see only
/// the last of them, as the root.
struct ControlGroup {
    /// Where the hierarchies are mounted.
    var root = "/sys/fs/cgroup"
    /// Lines of `number:controllers:path`; that of version 2 names no controllers.
    var groups = SystemFile.read("/proc/self/cgroup") ?? ""

    /// CPUs' worth of time; nil when there is no limit.
    func cpuQuota() -> Double? {
        func share(_ quota: (some StringProtocol)?, of period: (some StringProtocol)?) -> Double? {
            guard let quota = quota.flatMap({ SystemFile.number($0) }), let period = period.flatMap({ SystemFile.number($0) }),
                quota > 0, period > 0
            else { return nil }
            return Double(quota) / Double(period)
        }
        let newer = folders(of: nil).compactMap { folder in
            let fields = SystemFile.read(folder + "/cpu.max")?.split(separator: " ")
            return share(fields?.first, of: fields?.dropFirst().first)
        }
        let older = folders(of: "cpu").compactMap { folder in
            share(SystemFile.read(folder + "/cpu.cfs_quota_us"), of: SystemFile.read(folder + "/cpu.cfs_period_us"))
        }
        return (newer + older).min()
    }

    /// Bytes that may still be taken; nil when there is no limit. File cache that can be dropped counts as free.
    func availableMemory() -> Int? {
        func left(_ folder: String, limit: String, usage: String, cache: String) -> Int? {
            guard let limit = SystemFile.read("\(folder)/\(limit)").flatMap({ SystemFile.number($0) }) else { return nil }
            let usage = SystemFile.read("\(folder)/\(usage)").flatMap { SystemFile.number($0) } ?? 0
            let cache = SystemFile.read(folder + "/memory.stat")?.split(separator: "\n").first { $0.hasPrefix(cache) }
                .flatMap { SystemFile.number($0.dropFirst(cache.count)) } ?? 0
            return max(0, limit - max(0, usage - cache))
        }
        let newer = folders(of: nil).compactMap {
            left($0, limit: "memory.max", usage: "memory.current", cache: "inactive_file ")
        }
        let older = folders(of: "memory").compactMap {
            left($0, limit: "memory.limit_in_bytes", usage: "memory.usage_in_bytes", cache: "total_inactive_file ")
        }
        return (newer + older).min()
    }

    /// The folders of all groups around this process, from the root down.
    /// - Parameter controller: Of version 1; nil for version 2.
    private func folders(of controller: String?) -> [String] {
        let lines = groups.split(separator: "\n").map { $0.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false) }
        let own = lines.first { line in
            line.count == 3 && (controller.map { line[1].split(separator: ",").contains($0[...]) } ?? line[1].isEmpty)
        }
        return (own?[2] ?? "").split(separator: "/").reduce(into: [controller.map { "\(root)/\($0)" } ?? root]) { folders, name in
            folders.append("\(folders[folders.count - 1])/\(name)")
        }
    }
}
