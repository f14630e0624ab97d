import CFFmpeg

/// Pictures that go with a file: a stream of one packet in MP4, an attachment in Matroska.
enum CoverArt {
    static func isCover(_ stream: UnsafeMutablePointer<AVStream>) -> Bool {
        stream.pointee.disposition & AV_DISPOSITION_ATTACHED_PIC != 0
    }

    /// Files of a picture that Matroska's attachments name.
    private static let attachments: [UInt32: (name: String, type: String)] = [
        AV_CODEC_ID_MJPEG.rawValue: ("cover.jpg", "image/jpeg"), AV_CODEC_ID_PNG.rawValue: ("cover.png", "image/png"),
        AV_CODEC_ID_GIF.rawValue: ("cover.gif", "image/gif"), AV_CODEC_ID_TIFF.rawValue: ("cover.tif", "image/tiff"),
        AV_CODEC_ID_BMP.rawValue: ("cover.bmp", "image/bmp"),
    ]

    /// Whether `container` has a place for it.
    static func fits(_ input: UnsafeMutablePointer<AVStream>, _ container: Container) -> Bool {
        let codec = input.pointee.codecpar.pointee.codec_id
        return switch container.coverForm {
        case .attachment: attachments[codec.rawValue] != nil
        case .stream: [AV_CODEC_ID_MJPEG, AV_CODEC_ID_PNG, AV_CODEC_ID_BMP].contains(codec)
        case nil: false
        }
    }

    /// Turns the copy of a cover stream into what `container` calls a cover.
    /// - Returns: whether its packet is now part of the header.
    static func adapt(
        _ output: UnsafeMutablePointer<AVStream>, from input: UnsafeMutablePointer<AVStream>, container: Container
    ) -> Bool {
        guard container.coverForm == .attachment else {
            // The muxer knows a cover by this disposition alone.
            output.pointee.disposition = AV_DISPOSITION_ATTACHED_PIC
            return false
        }
        let picture = input.pointee.attached_pic
        guard let file = attachments[input.pointee.codecpar.pointee.codec_id.rawValue], let bytes = picture.data, picture.size > 0,
            let extra = av_mallocz(Int(picture.size) + Int(AV_INPUT_BUFFER_PADDING_SIZE))
        else { return false }
        extra.copyMemory(from: bytes, byteCount: Int(picture.size))
        let parameters = output.pointee.codecpar
        av_free(parameters?.pointee.extradata)
        parameters?.pointee.extradata = extra.assumingMemoryBound(to: UInt8.self)
        parameters?.pointee.extradata_size = picture.size
        parameters?.pointee.codec_type = AVMEDIA_TYPE_ATTACHMENT
        for (name, value) in [("filename", file.name), ("mimetype", file.type)] {
            av_dict_set(&output.pointee.metadata, name, value, AV_DICT_DONT_OVERWRITE)
        }
        return true
    }
}
