import Network

/// How stored pixels must be turned for display: first transposed, then mirrored. All eight quarter turns and flips.
struct Orientation: Hashable {
    var transposes = false
    var mirrorsX = false
    var mirrorsY = false

    static let upright = Orientation()

    var isUpright: Bool { self == .upright }

    init() {}

    init(transposes: Bool, mirrorsX: Bool, mirrorsY: Bool) {
        self.transposes = transposes
        self.mirrorsX = mirrorsX
        self.mirrorsY = mirrorsY
    }

    /// From a display matrix (ISO/IEC 14496-12, 8.3.2): x' = a·x + c·y, y' = b·x + d·y with a, b in the first row.
    /// - Returns: nil when the matrix turns by something else than quarters.
    init?(displayMatrix m: UnsafePointer<Int32>) {
        let (a, b, c, d) = (m[0], m[1], m[3], m[4])
        if b == 0 && c == 0 && a != 0 && d != 0 {
            self.init(transposes: false, mirrorsX: a < 0, mirrorsY: d < 0)
        } else if a == 0 && d == 0 && b != 0 && c != 0 {
            self.init(transposes: true, mirrorsX: c < 0, mirrorsY: b < 0)
        } else {
            return nil
        }
    }

    /// The EXIF tag 0x0112, 1…8.
    init?(exif value: Int) {
        switch value {
        case 1: self.init(transposes: false, mirrorsX: false, mirrorsY: false)
        case 2: self.init(transposes: false, mirrorsX: true, mirrorsY: false)
        case 3: self.init(transposes: false, mirrorsX: true, mirrorsY: true)
        case 4: self.init(transposes: false, mirrorsX: false, mirrorsY: true)
        case 5: self.init(transposes: true, mirrorsX: false, mirrorsY: false)
        case 6: self.init(transposes: true, mirrorsX: true, mirrorsY: false)
        case 7: self.init(transposes: true, mirrorsX: true, mirrorsY: true)
        case 8: self.init(transposes: true, mirrorsX: false, mirrorsY: true)
        default: return nil
        }
    }

    /// Moves samples of `bytes` bytes from `source` (`width` x `height`, rows `stride` apart) to where they are displayed.
    func apply(
        _ source: UnsafePointer<UInt8>, width: Int, height: Int, stride: Int, bytes: Int,
        to target: UnsafeMutablePointer<UInt8>, stride targetStride: Int
    ) {
        let (targetWidth, targetHeight) = transposes ? (height, width) : (width, height)
        // Steps through the source as the target is walked along a row and from row to row.
        let alongX = transposes ? stride : bytes
        let alongY = transposes ? bytes : stride
        let stepX = mirrorsX ? -alongX : alongX
        let stepY = mirrorsY ? -alongY : alongY
        let origin = (mirrorsX ? (targetWidth - 1) * alongX : 0) + (mirrorsY ? (targetHeight - 1) * alongY : 0)
        for y in 0..<targetHeight {
            var from = source + origin + y * stepY
            var to = target + y * targetStride
            if bytes == 3 {
                for _ in 0..<targetWidth {
                    to[0] = from[0]
                    to[1] = from[1]
                    to[2] = from[2]
                    to += 3
                    from += stepX
                }
            } else {
                for _ in 0..<targetWidth {
                    to.update(from: from, count: bytes)
                    to += bytes
                    from += stepX
                }
            }
        }
    }
}
