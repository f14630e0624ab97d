// What Swift cannot import of FFmpeg: macros and function-like constants. Nothing else belongs here.
#pragma once
#include <libavcodec/avcodec.h>
#include <libavdevice/avdevice.h>
#include <libavfilter/avfilter.h>
#include <libavformat/avformat.h>
#include <libavutil/avutil.h>
#include <libavutil/display.h>
#include <libavutil/imgutils.h>
#include <libavutil/md5.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <libswresample/swresample.h>
#include <libswscale/swscale.h>

static const int tempera_averror_eof = AVERROR_EOF;
static inline int tempera_averror(int posix) { return AVERROR(posix); }
static const int64_t tempera_nopts = AV_NOPTS_VALUE;
