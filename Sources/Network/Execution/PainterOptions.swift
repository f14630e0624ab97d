/// The arithmetic of the inner loops.
public enum Precision: String, Sendable, CaseIterable {
    case fp32
    /// 16-bit products with wider sums.
    case bf16
    /// The fastest this machine runs without a visible difference.
    case auto
}

/// Which implementation runs the network.
public enum Engine: String, Sendable, CaseIterable {
    /// Portable and obvious: the specification every other engine is tested against.
    case reference
    /// Row-blocked im2col and OpenBLAS.
    case blas
    /// Our own kernels for this CPU.
    case native
    /// The fastest that exists for this machine.
    case auto
}

/// How to run a network.
public struct PainterOptions: Sendable {
    public var engine: Engine = .auto
    public var precision: Precision = .auto
    /// Nil: one a core this process may use.
    public var threads: Int?

    public init(engine: Engine = .auto, precision: Precision = .auto, threads: Int? = nil) {
        self.engine = engine
        self.precision = precision
        self.threads = threads
    }
}
