// libavfilter and libavdevice, loaded when a run first needs them: with all that Debian's builds of the two link, they
// would take 20 MB of every run. The functions are theirs, prefixed with tempera_, and fail where the library is missing.
#pragma once
#include <dlfcn.h>
#include <libavdevice/avdevice.h>
#include <libavfilter/avfilter.h>
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
#include <stdio.h>

static inline void *tempera_symbol(const char *library, int major, const char *name) {
    char file[64];
    snprintf(file, sizeof file, "lib%s.so.%d", library, major);
    void *handle = dlopen(file, RTLD_NOW | RTLD_LOCAL);  // the same handle each time
    return handle ? dlsym(handle, name) : NULL;
}
#define TEMPERA_FILTER(f) ((__typeof__(&f))tempera_symbol("avfilter", LIBAVFILTER_VERSION_MAJOR, #f))
#define TEMPERA_DEVICE(f) ((__typeof__(&f))tempera_symbol("avdevice", LIBAVDEVICE_VERSION_MAJOR, #f))

static inline void tempera_avdevice_register_all(void) {
    __typeof__(&avdevice_register_all) f = TEMPERA_DEVICE(avdevice_register_all);
    if (f) f();
}
static inline AVFilterGraph *tempera_avfilter_graph_alloc(void) {
    __typeof__(&avfilter_graph_alloc) f = TEMPERA_FILTER(avfilter_graph_alloc);
    return f ? f() : NULL;
}
static inline void tempera_avfilter_graph_free(AVFilterGraph **graph) {
    if (*graph) TEMPERA_FILTER(avfilter_graph_free)(graph);
}
/// Adds a filter, by its name, to a graph of `tempera_avfilter_graph_alloc`.
static inline int tempera_avfilter_add(AVFilterContext **node, const char *name, const char *arguments, AVFilterGraph *graph) {
    if (!graph) return AVERROR_FILTER_NOT_FOUND;
    return TEMPERA_FILTER(avfilter_graph_create_filter)(node, TEMPERA_FILTER(avfilter_get_by_name)(name), name, arguments, NULL, graph);
}
static inline int tempera_avfilter_link(AVFilterContext *from, AVFilterContext *to) { return TEMPERA_FILTER(avfilter_link)(from, 0, to, 0); }
static inline int tempera_avfilter_graph_config(AVFilterGraph *graph) { return TEMPERA_FILTER(avfilter_graph_config)(graph, NULL); }
static inline int tempera_av_buffersrc_add_frame(AVFilterContext *input, AVFrame *frame) {
    return TEMPERA_FILTER(av_buffersrc_add_frame_flags)(input, frame, 0);
}
static inline int tempera_av_buffersink_get_frame(AVFilterContext *output, AVFrame *frame) {
    return TEMPERA_FILTER(av_buffersink_get_frame)(output, frame);
}
static inline AVRational tempera_av_buffersink_get_time_base(const AVFilterContext *output) {
    return TEMPERA_FILTER(av_buffersink_get_time_base)(output);
}
