import CFFmpeg

/// Options on their way into an FFmpeg function, which takes out those it knows.
struct OptionDictionary: ~Copyable {
    var handle: OpaquePointer?

    init(_ options: [String: String] = [:]) {
        for (name, value) in options { self[name] = value }
    }

    deinit {
        var handle = handle
        av_dict_free(&handle)
    }

    subscript(name: String) -> String? {
        get { av_dict_get(handle, name, nil, 0).map { String(cString: $0.pointee.value) } }
        set { av_dict_set(&handle, name, newValue, 0) }
    }

    /// What was not taken, as name and value.
    var entries: [(name: String, value: String)] { Self.entries(of: handle) }

    /// All entries of a dictionary that FFmpeg owns.
    static func entries(of handle: OpaquePointer?) -> [(name: String, value: String)] {
        var result: [(String, String)] = []
        var entry = av_dict_get(handle, "", nil, AV_DICT_IGNORE_SUFFIX)
        while let found = entry {
            result.append((String(cString: found.pointee.key), String(cString: found.pointee.value)))
            entry = av_dict_get(handle, "", found, AV_DICT_IGNORE_SUFFIX)
        }
        return result
    }
}
