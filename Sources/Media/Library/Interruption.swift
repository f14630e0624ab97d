import CFFmpeg
import Synchronization

/// A flag that any thread may raise and that FFmpeg's blocking calls look at.
public final class Interruption: Sendable {
    private let raised = Atomic<Bool>(false)

    public init() {}

    var isRaised: Bool { raised.load(ordering: .relaxed) }

    public func raise() { raised.store(true, ordering: .relaxed) }

    /// For `AVFormatContext.interrupt_callback`; the flag must outlive the context.
    var callback: AVIOInterruptCB {
        AVIOInterruptCB(
            callback: { @Sendable opaque in
                guard let opaque else { return 0 }
                return Unmanaged<Interruption>.fromOpaque(opaque).takeUnretainedValue().isRaised ? 1 : 0
            },
            opaque: Unmanaged.passUnretained(self).toOpaque())
    }
}
