import Glibc

/// The limits that a container sets: control groups, version 2 or 1, as they appear inside it.
enum ControlGroup {
    /// CPUs' worth of time; nil when there is no limit.
    static func cpuQuota() -> Double? {
        if let fields = SystemFile.read("/sys/fs/cgroup/cpu.max")?.split(separator: " "), fields.count == 2,
            let quota = Double(fields[0]), let period = SystemFile.number(fields[1]), period > 0
        {
            return quota / Double(period)
        }
        if let quota = SystemFile.read("/sys/fs/cgroup/cpu/cpu.cfs_quota_us").flatMap(SystemFile.number),
            let period = SystemFile.read("/sys/fs/cgroup/cpu/cpu.cfs_period_us").flatMap(SystemFile.number),
            quota > 0, period > 0
        {
            return Double(quota) / Double(period)
        }
        return nil
    }

    /// Bytes that this group may still take; nil when there is no limit. File cache that can be dropped counts as free.
    static func availableMemory() -> Int? {
        let versions: [(folder: String, limit: String, usage: String, cache: String)] = [
            ("/sys/fs/cgroup/", "memory.max", "memory.current", "inactive_file "),
            ("/sys/fs/cgroup/memory/", "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file "),
        ]
        for version in versions {
            guard let limit = SystemFile.read(version.folder + version.limit).flatMap(SystemFile.number) else {
                continue
            }
            let usage = SystemFile.read(version.folder + version.usage).flatMap(SystemFile.number) ?? 0
            let cache =
                SystemFile.read(version.folder + "memory.stat")?.split(separator: "\n")
                .first { $0.hasPrefix(version.cache) }
                .flatMap { SystemFile.number($0.dropFirst(version.cache.count)) } ?? 0
            return max(0, limit - max(0, usage - cache))
        }
        return nil
    }
}
