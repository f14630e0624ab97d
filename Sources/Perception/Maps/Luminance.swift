/// A colour as red, green and blue.
extension SIMD3<Float> {
    /// What these count in luminance (ITU-R BT.601).
    static let luma: SIMD3<Float> = [0.299, 0.587, 0.114]

    var luminance: Float { Self.luma.x * x + Self.luma.y * y + Self.luma.z * z }

    /// The pixel at `bytes`.
    init(_ bytes: UnsafePointer<UInt8>) { self.init(Float(bytes[0]), Float(bytes[1]), Float(bytes[2])) }

    /// The pixel at `values`.
    init(_ values: UnsafePointer<Float>) { self.init(values[0], values[1], values[2]) }
}
