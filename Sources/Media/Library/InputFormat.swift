import CFFmpeg

/// FFmpeg's demuxers by name.
enum InputFormat {
    /// The demuxer or, where no demuxer has that name, the capture device: the devices are looked for last, because their
    /// library is only then loaded.
    static func named(_ name: String) -> UnsafePointer<AVInputFormat>? {
        if let found = av_find_input_format(name) { return found }
        _ = devices
        return av_find_input_format(name)
    }

    private static let devices: Void = tempera_avdevice_register_all()
}
