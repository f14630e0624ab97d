import CKernels

/// The CPUs that this process may use.
public enum Processors {
    /// How many threads can run at once: the affinity mask, and no more than the control group's CPU quota rounded up.
    public static var count: Int {
        let allowed = max(1, allowed().count)
        guard let quota = ControlGroup().cpuQuota() else { return allowed }
        return min(allowed, max(1, Int(quota.rounded(.up))))
    }

    /// The numbers of the CPUs in the calling thread's affinity mask, ascending; empty when the kernel does not tell.
    static func allowed() -> [Int32] {
        [Int32](unsafeUninitializedCapacity: 8192) { $1 = tmp_cpus_allowed($0.baseAddress, $0.count) }
    }
}
