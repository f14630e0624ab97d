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
    private let family: KernelCase.Family
    private let shape: KernelCase.Shape

    /// Every kernel family of every instruction set of this machine; emulated tiles are left out.
    public static func all() -> [KernelWorkload] {
        KernelCheck.tables().filter { $0 != tmp_kernels_emulated_amx() }.flatMap { table in
            KernelCase.Family.allCases.map { family in
                let shape = shape(family)
                let size = "\(shape.inputs)->\(shape.outputs) \(shape.width)x\(shape.height)"
                return KernelWorkload(
                    name: "\(String(cString: table.pointee.name)) \(family.rawValue) \(shape.kernel)x\(shape.kernel) \(size)",
                    table: table, family: family, shape: shape)
            }
        }
    }

    /// Makes operands, weights and scratch. What it returns runs the layer once, on the calling thread.
    public func prepare() -> () -> Void {
        var random = SplitMix64(state: 1)
        let kernelCase = KernelCase(family: family, shape: shape, random: &random)
        let job = KernelJob(
            kernelCase, table: table, tiles: 42, rows: 12, stripes: max(1, shape.width / 160), aligned: true)
        return { job.run() }
    }

    /// A layer of the full or the live network at 640x360, or a part of one.
    private static func shape(_ family: KernelCase.Family) -> KernelCase.Shape {
        switch family {
        case .winograd: KernelCase.Shape(width: 160, height: 90, inputs: 128, outputs: 128, relu: true)
        case .winogradUp: KernelCase.Shape(width: 160, height: 90, inputs: 128, outputs: 64, relu: true)
        case .winogradDown: KernelCase.Shape(width: 320, height: 180, inputs: 64, outputs: 128, relu: true)
        case .first: KernelCase.Shape(width: 640, height: 120, inputs: 3, outputs: 32, kernel: 9)
        case .last: KernelCase.Shape(width: 640, height: 120, inputs: 32, outputs: 3, kernel: 9, relu: true)
        case .directFirst: KernelCase.Shape(width: 640, height: 360, inputs: 3, outputs: 16, kernel: 5)
        case .directLast: KernelCase.Shape(width: 320, height: 180, inputs: 16, outputs: 3, kernel: 5, relu: true)
        case .direct: KernelCase.Shape(width: 160, height: 90, inputs: 64, outputs: 64, relu: true)
        case .directDown: KernelCase.Shape(width: 320, height: 180, inputs: 32, outputs: 64, relu: true)
        }
    }
}
