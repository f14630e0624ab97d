// What Swift cannot import of FFmpeg: macros, function-like constants, and fields that differ between 5.1 and 7.x.
// Nothing else belongs here.
#pragma once
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/avutil.h>
#include <libavutil/cpu.h>
#include <libavutil/display.h>
#include <libavutil/dovi_meta.h>
#include <libavutil/imgutils.h>
#include <libavutil/mastering_display_metadata.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <libavutil/timecode.h>
#include <libswscale/swscale.h>
#include "optional.h"

static const int tempera_averror_eof = AVERROR_EOF;
static const int tempera_averror_invalid_data = AVERROR_INVALIDDATA;
static const int tempera_averror_exit = AVERROR_EXIT;
static const int tempera_averror_protocol_not_found = AVERROR_PROTOCOL_NOT_FOUND;
static inline int tempera_averror(int posix) { return AVERROR(posix); }
static const int64_t tempera_nopts = AV_NOPTS_VALUE;

/// In units of the packet's time base; 0 when unknown.
static inline int64_t tempera_frame_duration(const AVFrame *frame) {
#if LIBAVUTIL_VERSION_MAJOR >= 58
    return frame->duration;
#else
    return frame->pkt_duration;
#endif
}

static inline int tempera_frame_is_interlaced(const AVFrame *frame) {
#ifdef AV_FRAME_FLAG_INTERLACED
    return (frame->flags & AV_FRAME_FLAG_INTERLACED) != 0;
#else
    return frame->interlaced_frame;
#endif
}

static inline int tempera_frame_is_top_field_first(const AVFrame *frame) {
#ifdef AV_FRAME_FLAG_TOP_FIELD_FIRST
    return (frame->flags & AV_FRAME_FLAG_TOP_FIELD_FIRST) != 0;
#else
    return frame->top_field_first;
#endif
}

/// Says that the frame is made of two fields, the upper one first or not.
static inline void tempera_set_fields(AVFrame *frame, int top_first) {
#ifdef AV_FRAME_FLAG_INTERLACED
    frame->flags |= AV_FRAME_FLAG_INTERLACED;
    frame->flags = top_first ? frame->flags | AV_FRAME_FLAG_TOP_FIELD_FIRST : frame->flags & ~AV_FRAME_FLAG_TOP_FIELD_FIRST;
#else
    frame->interlaced_frame = 1;
    frame->top_field_first = top_first;
#endif
}

/// The side data of `type` that the container gives for the whole stream, or null; its bytes where `size` is not null.
static inline const uint8_t *tempera_stream_side_data(
    const AVStream *stream, enum AVPacketSideDataType type, size_t *size) {
#if LIBAVCODEC_VERSION_INT >= AV_VERSION_INT(60, 31, 102)
    const AVPacketSideData *found = av_packet_side_data_get(
        stream->codecpar->coded_side_data, stream->codecpar->nb_coded_side_data, type);
    if (size) *size = found ? found->size : 0;
    return found ? found->data : NULL;
#else
    return av_stream_get_side_data(stream, type, size);
#endif
}

/// Whether the pictures mean nothing without Dolby Vision's own colours: profile 5, which no other decoder can show.
static inline int tempera_needs_dolby_vision(const AVStream *stream) {
    size_t size;
    const uint8_t *data = tempera_stream_side_data(stream, AV_PKT_DATA_DOVI_CONF, &size);
    const AVDOVIDecoderConfigurationRecord *record = (const AVDOVIDecoderConfigurationRecord *)data;
    return data && size >= sizeof *record && record->dv_profile == 5 && record->dv_bl_signal_compatibility_id == 0;
}

/// Gives `to` the stream-wide side data of `type` that `from` has: 1, or 0 where it has none or memory is short.
static inline int tempera_copy_side_data(AVStream *to, const AVStream *from, enum AVPacketSideDataType type) {
    size_t size;
    const uint8_t *data = tempera_stream_side_data(from, type, &size);
    if (!data) return 0;
#if LIBAVCODEC_VERSION_INT >= AV_VERSION_INT(60, 31, 102)
    AVPacketSideData *copy = av_packet_side_data_new(
        &to->codecpar->coded_side_data, &to->codecpar->nb_coded_side_data, type, size, 0);
    uint8_t *bytes = copy ? copy->data : NULL;
#else
    uint8_t *bytes = av_stream_new_side_data(to, type, size);
#endif
    if (bytes) memcpy(bytes, data, size);
    return bytes != NULL;
}

/// Parameters and stream-wide side data of `from` become those of `to`.
static inline int tempera_copy_stream_parameters(AVStream *to, const AVStream *from) {
    int status = avcodec_parameters_copy(to->codecpar, from->codecpar);
#if LIBAVCODEC_VERSION_INT < AV_VERSION_INT(60, 31, 102)
    for (int i = 0; status >= 0 && i < from->nb_side_data; i++) {
        const AVPacketSideData *data = &from->side_data[i];
        uint8_t *copy = av_stream_new_side_data(to, data->type, data->size);
        if (!copy) return AVERROR(ENOMEM);
        memcpy(copy, data->data, data->size);
    }
#endif
    return status;
}
