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

    /// Bytes that this group may still take; nil when there is no limit.
    static func availableMemory() -> Int? {
        let files = [
            ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"),
            ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory/memory.usage_in_bytes"),
        ]
        for (limitFile, usageFile) in files {
            guard let limit = SystemFile.read(limitFile).flatMap(SystemFile.number) else { continue }
            return max(0, limit - (SystemFile.read(usageFile).flatMap(SystemFile.number) ?? 0))
        }
        return nil
    }
}
