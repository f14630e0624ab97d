import CFFmpeg
import Foundation

/// Quality, preset and the like, put in the words of each encoder.
struct EncoderQuality {
    let options: SinkOptions
    let name: String

    /// What x264 and x265 call their presets; both print a complaint of their own about any other.
    static let presets = [
        "ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow", "placebo",
    ]

    /// Options that were asked for by name and not taken stay in `settings`.
    func apply(
        to context: UnsafeMutablePointer<AVCodecContext>, settings: inout OptionDictionary, warnings: OneTimeWarnings
    ) throws(MediaError) {
        tellOwnOptions(&settings)
        func knows(_ option: String) -> Bool { Self.knows(option, context) }
        if let preset = options.preset ?? defaultPreset {
            if knows("preset") {
                if ["libx264", "libx265"].contains(name), !Self.presets.contains(preset) {
                    throw .optionRefused("preset", value: preset, by: name, accepted: Self.presets)
                }
                settings["preset"] = preset
            } else {
                warnings.report(.optionIgnored("preset", by: name))
            }
        }
        if let bitrate = options.bitrate {
            context.pointee.bit_rate = Int64(bitrate)
        } else if knows("crf") {
            if settings["crf"] == nil { settings["crf"] = "\(options.crf ?? defaultCRF)" }
            // libvpx takes a rate of 0 to mean: quality alone; of VP8, where it means 256 kbit/s, one that binds nothing.
            let frame = Double(context.pointee.width) * Double(context.pointee.height)
            context.pointee.bit_rate = name == "libvpx"
                ? Int64(frame * max(1, av_q2d(context.pointee.framerate))) + 1_000_000 : 0
        } else {
            if options.crf != nil { warnings.report(.optionIgnored("crf", by: name)) }
            if usesQuantiser {
                context.pointee.flags |= Int32(AV_CODEC_FLAG_QSCALE)
                context.pointee.global_quality = quantiser * FF_QP2LAMBDA
            } else if name.hasPrefix("libwebp"), settings["quality"] == nil {
                settings["quality"] = "90"
            }
        }
    }

    /// Whether an encoder has an option of its own of this name.
    static func knows(_ option: String, _ context: UnsafeMutablePointer<AVCodecContext>) -> Bool {
        context.pointee.priv_data != nil && context.pointee.codec.pointee.priv_class != nil
            && av_opt_find(context.pointee.priv_data, option, nil, 0, 0) != nil
    }

    /// What encoders are told in options of their own, which the user's come after: not to print to stderr past FFmpeg's log,
    /// and to give the same file each time.
    private func tellOwnOptions(_ settings: inout OptionDictionary) {
        func put(_ option: String, into list: String) { settings[list] = option + (settings[list].map { ":" + $0 } ?? "") }
        switch name {
        case "libx265": put("log-level=error", into: "x265-params")
        case "libsvtav1": setenv("SVT_LOG", "1", 0)
        // The AVX-512 code of x264 164 for macroblock trees reads memory that nobody wrote: now and then the last block of a
        // key frame gets another quantiser, and a resumed job another file. The encoder takes 5 % more time without.
        case "libx264", "libx264rgb":
            if av_get_cpu_flags() & AV_CPU_FLAG_AVX512 != 0 { put("asm=AVX2,FMA3,BMI2,LZCNT", into: "x264-params") }
        default: break
        }
    }

    /// Painting needs every core: x264's own default takes 21 ms of a core for a painted 640x360 frame, this one 8, and the
    /// file is no larger.
    private var defaultPreset: String? { name == "libx264" ? "veryfast" : nil }

    private var defaultCRF: Double {
        switch name {
        case "libx265": 20
        case "libvpx", "libvpx-vp9": 24
        case "libsvtav1", "libaom-av1": 28
        default: 18
        }
    }

    /// Of 1 to 31, the lower the better; libtheora's goes up to 10, the higher the better.
    private var quantiser: Int32 {
        switch name {
        case "mjpeg": 2
        case "libtheora": 8
        default: 3
        }
    }

    /// Encoders of the MPEG-4 family, whose default bit rate would be 200 kbit/s.
    private var usesQuantiser: Bool {
        [
            "mpeg4", "mpeg2video", "mpeg1video", "mjpeg", "libxvid", "flv", "msmpeg4", "msmpeg4v2", "h261", "h263", "h263p",
            "wmv1", "wmv2", "rv10", "rv20", "libtheora",
        ].contains(name)
    }
}
