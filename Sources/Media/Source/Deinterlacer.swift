import CFFmpeg

/// libavfilter's `bwdif`: one progressive frame for each interlaced one; frames not flagged interlaced pass untouched.
final class Deinterlacer {
    static let filterName = "bwdif"

    /// Size and format of the pictures that this graph takes.
    private let shape: (width: Int32, height: Int32, format: Int32)
    private let graph: UnsafeMutablePointer<AVFilterGraph>
    private let input: UnsafeMutablePointer<AVFilterContext>
    private let output: UnsafeMutablePointer<AVFilterContext>
    private let timeBase: AVRational

    init(for frame: UnsafePointer<AVFrame>, timeBase: AVRational, path: String) throws(MediaError) {
        let picture = frame.pointee
        shape = (picture.width, picture.height, picture.format)
        self.timeBase = timeBase
        let aspect = picture.sample_aspect_ratio
        let description =
            "video_size=\(picture.width)x\(picture.height):pix_fmt=\(picture.format)"
            + ":time_base=\(timeBase.num)/\(timeBase.den):pixel_aspect=\(aspect.num)/\(max(aspect.den, 1))"
        var graph = tempera_avfilter_graph_alloc()
        graph?.pointee.nb_threads = 1
        var nodes: [UnsafeMutablePointer<AVFilterContext>] = []
        for (name, arguments) in [
            ("buffer", description), (Self.filterName, "mode=send_frame:parity=auto:deint=interlaced"),
            ("buffersink", ""),
        ] {
            var node: UnsafeMutablePointer<AVFilterContext>?
            guard tempera_avfilter_add(&node, name, arguments, graph) >= 0, let node else { break }
            nodes.append(node)
        }
        guard let made = graph, nodes.count == 3, tempera_avfilter_link(nodes[0], nodes[1]) >= 0,
            tempera_avfilter_link(nodes[1], nodes[2]) >= 0, tempera_avfilter_graph_config(made) >= 0
        else {
            tempera_avfilter_graph_free(&graph)
            throw .failed(action: "deinterlacing", path: path, why: "the filter \(Self.filterName) is refused")
        }
        self.graph = made
        input = nodes[0]
        output = nodes[2]
    }

    deinit {
        var graph: UnsafeMutablePointer<AVFilterGraph>? = graph
        tempera_avfilter_graph_free(&graph)
    }

    func takes(_ frame: UnsafePointer<AVFrame>) -> Bool {
        shape == (frame.pointee.width, frame.pointee.height, frame.pointee.format)
    }

    /// Hands over the picture in `frame`, or says that there are no more.
    func send(_ frame: UnsafeMutablePointer<AVFrame>?) {
        if let frame { frame.pointee.pts = frame.pointee.best_effort_timestamp }
        _ = tempera_av_buffersrc_add_frame(input, frame)
    }

    /// - Returns: whether a picture came; it lags one behind.
    func receive(into frame: UnsafeMutablePointer<AVFrame>) -> Bool {
        guard tempera_av_buffersink_get_frame(output, frame) >= 0 else { return false }
        if frame.pointee.pts != tempera_nopts {
            frame.pointee.pts = av_rescale_q(frame.pointee.pts, tempera_av_buffersink_get_time_base(output), timeBase)
        }
        frame.pointee.best_effort_timestamp = frame.pointee.pts
        return true
    }
}
