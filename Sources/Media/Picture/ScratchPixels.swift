/// Memory for one picture on its way through a conversion, kept for the next.
struct ScratchPixels: ~Copyable {
    private var memory: UnsafeMutableRawBufferPointer?

    deinit { memory?.deallocate() }

    /// Rows for `width` pixels of `bytes` bytes each, 64-byte aligned with room for wide stores past the last.
    mutating func reserve(width: Int, height: Int, bytes: Int) -> (bytes: UnsafeMutablePointer<UInt8>, stride: Int) {
        let stride = (width * bytes + 127) / 64 * 64
        let needed = stride * max(height, 1)
        if let memory, memory.count >= needed, let base = memory.baseAddress {
            return (base.assumingMemoryBound(to: UInt8.self), stride)
        }
        memory?.deallocate()
        let fresh = UnsafeMutableRawPointer.allocate(byteCount: needed, alignment: 64)
        memory = UnsafeMutableRawBufferPointer(start: fresh, count: needed)
        return (fresh.initializeMemory(as: UInt8.self, repeating: 0, count: needed), stride)
    }
}
