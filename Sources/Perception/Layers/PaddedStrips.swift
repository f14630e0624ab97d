import CKernels

/// A map with its padding made explicit, a few rows at a time.
struct PaddedStrips {
    /// Extent with the padding.
    let height: Int
    let width: Int
    let channels: Int
    private let rows: [Int32]
    private let columns: [Int32]
    private let context: TrainingContext

    var rowCount: Int { width * channels }

    init(map: MapShape, upsampling: Int = 1, border: Int, padding: Padding, context: TrainingContext) {
        rows = PaddedAxis(length: map.height, upsampling: upsampling, border: border, padding: padding).offsets(
            step: map.rowCount)
        columns = PaddedAxis(length: map.width, upsampling: upsampling, border: border, padding: padding).offsets(
            step: map.channels)
        height = rows.count
        width = columns.count
        channels = map.channels
        self.context = context
    }

    /// Copies padded rows `range` of `image` to `to`: rows x `width` x channels.
    func gather(
        _ image: UnsafePointer<Float>, mask: UnsafePointer<Float>? = nil, rows range: Range<Int>,
        to: UnsafeMutablePointer<Float>
    ) {
        withStrip(range) { context.kernels.gather($0, image, mask, to) }
    }

    /// Adds padded rows to the pixels they came from: the transpose of `gather`.
    func fold(_ from: UnsafePointer<Float>, rows range: Range<Int>, into image: UnsafeMutablePointer<Float>) {
        withStrip(range) { context.kernels.fold($0, from, image) }
    }

    /// `gather` to planes of single channels, `plane` elements apart, with rows of `pitch`.
    func planes(
        _ image: UnsafePointer<Float>, mask: UnsafePointer<Float>?, rows range: Range<Int>,
        to: UnsafeMutablePointer<Float>, plane: Int,
        pitch: Int
    ) {
        withStrip(range) { context.kernels.planes($0, image, mask, to, plane, pitch) }
    }

    private func withStrip(_ range: Range<Int>, _ body: (UnsafePointer<tmp_strip>) -> Void) {
        rows.withUnsafeBufferPointer { rows in
            columns.withUnsafeBufferPointer { columns in
                guard let rowStart = rows.baseAddress, let columnStart = columns.baseAddress else { return }
                var strip = tmp_strip(
                    channels: Int32(channels), row_count: Int32(range.count), column_count: Int32(width),
                    rows: rowStart + range.lowerBound,
                    columns: columnStart)
                body(&strip)
            }
        }
    }
}
