import CKernels
import Network

/// What every layer of a training step shares: the kernels of this CPU, the threads, and memory for the span of one call.
///
/// Used from one thread at a time, as is everything that holds one.
final class TrainingContext {
    let kernels: tmp_train_kernels
    let pool: ThreadPool
    /// Scratch of one call, shared by all workers.
    private(set) var shared: UnsafeMutablePointer<Float>
    private var sharedCount = 0
    private var workers: [UnsafeMutablePointer<Float>]
    private var workerCount = 0
    private var memory = MapMemory()

    /// Whether large products may be of bfloat16 pairs, with sums in float32.
    let usesPairs: Bool

    /// - Parameters:
    ///   - isa: Nil for the best this CPU has.
    ///   - pairs: Nil for what the CPU does fast.
    init(pool: ThreadPool, isa: tmp_isa? = nil, pairs: Bool? = nil) {
        kernels = (isa.flatMap { tmp_train_for($0) } ?? tmp_train()).pointee
        self.pool = pool
        usesPairs = pairs ?? (kernels.has_pairs != 0)
        shared = memory.floats(1)
        workers = []
        reserve(shared: 1, worker: 1)
    }

    /// For a run on its own.
    /// - Parameters:
    ///   - threads: Nil for one a CPU.
    ///   - isExact: Float32 products even where the CPU has faster ones.
    /// - Throws: `NetworkError` for a bad `TEMPERA_ISA`.
    convenience init(threads: Int?, isExact: Bool = false) throws(NetworkError) {
        self.init(
            pool: ThreadPool(threads: threads), isa: try InstructionSet.mask()?.wholeTables,
            pairs: isExact ? false : nil)
    }

    /// Makes the scratch at least this large. Called when layers are made, never during a step.
    func reserve(shared: Int = 0, worker: Int = 0) {
        guard shared > sharedCount || worker > workerCount else { return }
        sharedCount = max(shared, sharedCount)
        workerCount = max(worker, workerCount)
        memory = MapMemory()
        self.shared = memory.floats(sharedCount)
        // A few cache lines more for each, so that workers' scratch does not fall on the same cache sets.
        workers = (0..<pool.threads).map { memory.floats(workerCount + $0 * 1088) + $0 * 1088 }
    }

    /// Scratch of one worker for one call.
    func scratch(_ worker: Int) -> UnsafeMutablePointer<Float> { workers[worker] }

    /// Runs `body` over rows 0..<rows of every image, in pieces of at most `height` rows.
    func forEachStrip(
        images: Int, rows: Int, height: Int, _ body: @escaping (_ image: Int, _ rows: Range<Int>, _ worker: Int) -> Void
    ) {
        let strips = Stripes(of: rows, rows: height)
        pool.run(images * strips.count) { chunk, worker in
            body(chunk / strips.count, strips[chunk % strips.count], worker)
        }
    }

    /// `forEachStrip` for work that adds to rows shared with the next strip: even strips first, then odd ones, so that
    /// neighbours never run together and every sum has one order.
    func forEachOverlappingStrip(
        images: Int, rows: Int, height: Int, _ body: @escaping (_ image: Int, _ rows: Range<Int>, _ worker: Int) -> Void
    ) {
        let strips = Stripes(of: rows, rows: height)
        for parity in 0..<2 {
            let count = (strips.count + 1 - parity) / 2
            pool.run(images * count) { chunk, worker in
                body(chunk / count, strips[chunk % count * 2 + parity], worker)
            }
        }
    }
}
