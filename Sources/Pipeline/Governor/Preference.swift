/// What to give up first when the network cannot keep up.
public enum Preference: String, Sendable, CaseIterable {
    /// Resolution: every frame is painted as long as the smallest rung can do it.
    case fps
    /// Frame rate: full resolution as long as it paints two frames a second.
    case quality
    /// Resolution down to half of each side, then every other frame, then the rest of the resolution.
    case balanced
}

/// What becomes of a frame that there is no time to paint.
public enum LatePolicy: String, Sendable, CaseIterable {
    /// The last painted frame is shown again in its place, so that the output keeps its rate.
    case `repeat`
    /// It is left out.
    case drop
}
