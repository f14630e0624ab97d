/// Colour as a stream's tags describe it, in the code points of ITU-T H.273. The default says nothing.
public struct ColorTags: Sendable, Hashable {
    /// MatrixCoefficients; 2: unspecified, 0: RGB.
    public var matrix: UInt32
    /// ColourPrimaries; 2: unspecified.
    public var primaries: UInt32
    /// TransferCharacteristics; 2: unspecified.
    public var transfer: UInt32
    /// Whether luma runs over 0…255 rather than 16…235.
    public var fullRange: Bool

    public init(matrix: UInt32 = 2, primaries: UInt32 = 2, transfer: UInt32 = 2, fullRange: Bool = false) {
        self.matrix = matrix
        self.primaries = primaries
        self.transfer = transfer
        self.fullRange = fullRange
    }
}
