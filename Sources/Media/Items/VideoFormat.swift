/// How the lines of a frame lie in time.
public enum FieldOrder: Sendable, Hashable {
    case progressive, topFirst, bottomFirst
}

/// The picture stream of a source, as the network and the sink see it: display orientation, after any resize.
public struct VideoFormat: Sendable {
    public var width: Int
    public var height: Int
    public var timeBase: Rational
    /// The average rate the file states; nil when it states none.
    public var frameRate: Rational?
    /// Pixel aspect; 1:1 when unknown.
    public var sampleAspect: Rational
    /// Seconds to be read, if known.
    public var duration: Double?
    /// Frames to be read, if known or countable from duration and rate.
    public var frameCount: Int?
    /// What the source's pixels were before they became RGB; the sink encodes alike where it can.
    public var color: ColorTags
    /// What the RGB values mean, where the source says so with an ICC profile.
    public var profile: ColorProfile?
    /// Whether frames come with an alpha plane.
    public var hasAlpha: Bool
    /// Other than progressive only where interlaced frames were asked to be left as they are.
    public var fieldOrder: FieldOrder

    public init(
        width: Int, height: Int, timeBase: Rational, frameRate: Rational?, sampleAspect: Rational = Rational(1, 1),
        duration: Double? = nil, frameCount: Int? = nil, color: ColorTags = ColorTags(),
        profile: ColorProfile? = nil, hasAlpha: Bool = false, fieldOrder: FieldOrder = .progressive
    ) {
        self.width = width
        self.height = height
        self.timeBase = timeBase
        self.frameRate = frameRate
        self.sampleAspect = sampleAspect
        self.duration = duration
        self.frameCount = frameCount
        self.color = color
        self.profile = profile
        self.hasAlpha = hasAlpha
        self.fieldOrder = fieldOrder
    }
}
