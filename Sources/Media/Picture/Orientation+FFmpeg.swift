import CFFmpeg
import Foundation

extension Orientation {
    /// What the first picture or its stream say, the picture first.
    /// - Parameter stated: what the picture's bytes say and its decoder does not.
    init(
        of picture: UnsafePointer<AVFrame>, stream: UnsafePointer<AVStream>, stated: Orientation?, warnings: OneTimeWarnings
    ) {
        let own = av_frame_get_side_data(picture, AV_FRAME_DATA_DISPLAYMATRIX).flatMap { $0.pointee.data }
        let data = own.map { UnsafePointer($0) } ?? tempera_stream_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, nil)
        self = stated ?? .upright
        guard let data else {
            // Some picture decoders hand on the EXIF tag as text only.
            if let tag = av_dict_get(picture.pointee.metadata, "Orientation", nil, 0),
                let value = Int(String(cString: tag.pointee.value).filter(\.isNumber)),
                let found = Orientation(exif: value)
            {
                self = found
            }
            return
        }
        data.withMemoryRebound(to: Int32.self, capacity: 9) { matrix in
            if let found = Orientation(displayMatrix: matrix) {
                self = found
            } else {
                warnings.report(.freeRotationIgnored(degrees: (-av_display_rotation_get(matrix)).rounded()))
            }
        }
    }
}
