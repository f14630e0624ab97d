import CKernels

/// One kernel on a layer as networks have it, to be timed.
///
/// ```swift
/// for workload in KernelWorkload.all() {
///     let run = workload.prepare()
///     run()  // as often as you like
/// }
/// ```
public struct KernelWorkload: @unchecked Sendable {  // the tables are constants of the program
    /// For example "AVX-512 fp32 winograd 128->128 160x90".
    public let name: String
    private let table: UnsafePointer<tmp_kernels>
    private let family: KernelFamily

    /// Every kernel family of every instruction set of this machine; emulated tiles are left out.
    public static func all() -> [KernelWorkload] {
        KernelCheck.tables().filter { $0 != tmp_kernels_emulated_amx() }.flatMap { table in
            KernelFamily.all.map { family in
                let shape = family.typical
                let size = "\(shape.inputs)->\(shape.outputs) \(shape.width)x\(shape.height)"
                return KernelWorkload(
                    name: "\(String(cString: table.pointee.name)) \(family.name) \(shape.kernel)x\(shape.kernel) \(size)",
                    table: table, family: family)
            }
        }
    }

    /// Makes operands, weights and scratch. What it returns runs the layer once, on the calling thread.
    public func prepare() -> () -> Void {
        var random = SplitMix64(state: 1)
        let kernelCase = KernelCase(family, family.typical, random: &random)
        let job = KernelJob(kernelCase, table: table, chunk: NativeKernels(table: table).chunk, aligned: true)
        return { job.run() }
    }
}
