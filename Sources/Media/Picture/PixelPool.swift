import Network

/// Objects used again and again: one is free once nobody outside the pool holds it.
///
/// Called from one stage; what it lends may be let go of on any thread, since a reference count says when it is free.
private struct Reused<Object: AnyObject> {
    private var objects: [Object] = []

    var count: Int { objects.count }

    mutating func take(_ make: () -> Object) -> Object {
        for i in objects.indices where isKnownUniquelyReferenced(&objects[i]) { return objects[i] }
        let fresh = make()
        objects.append(fresh)
        return fresh
    }
}

/// Pixel buffers of one size that are used again once nobody else holds them: steady work takes no memory.
///
/// Called from one stage at a time, which is what makes it safe to send; the buffers may be let go of anywhere.
public final class PixelPool: @unchecked Sendable {
    public let width: Int
    public let height: Int
    private var buffers = Reused<PixelBuffer>()

    public init(width: Int, height: Int) {
        self.width = width
        self.height = height
    }

    /// A buffer with whatever pixels it held last.
    public func take() -> PixelBuffer { buffers.take { PixelBuffer(width: width, height: height) } }

    /// Buffers made so far: as many as were ever in use at once.
    public var count: Int { buffers.count }
}

/// The same for transparency.
final class AlphaPool {
    private let width: Int
    private let height: Int
    private var planes = Reused<AlphaPlane>()

    init(width: Int, height: Int) {
        self.width = width
        self.height = height
    }

    func take() -> AlphaPlane { planes.take { AlphaPlane(width: width, height: height) } }
}
