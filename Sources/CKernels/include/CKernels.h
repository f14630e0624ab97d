// The inner loops of Tempera: one table of function pointers for each instruction set, chosen once from CPU features.
//
// Maps are H x W x C (channels contiguous), float32 or float16. "Units" are the 4-byte lanes that the multiply kernels
// broadcast: one float, or two int16 next to each other. All sizes are in elements unless a name says bytes.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "CThreads.h"

#ifdef __cplusplus
extern "C" {
#endif

/// Instruction sets a kernel family may exist for, worst first.
typedef enum {
    TMP_ISA_PORTABLE = 0,
    TMP_ISA_AVX2 = 1,
    TMP_ISA_AVX512 = 2,
    TMP_ISA_AMX = 3,
} tmp_isa;

/// The best instruction set this CPU and this operating system allow.
tmp_isa tmp_isa_available(void);

/// The arithmetic of the multiply kernels.
typedef enum {
    TMP_F32 = 0,  ///< float32 products and sums; maps are stored as float32
    TMP_I16 = 1,  ///< int16 products, int32 sums; maps are stored as float16
    TMP_BF16 = 2,  ///< bfloat16 products, float32 sums; maps are stored as float16
} tmp_arithmetic;

/// Sums over the pixels of one map that instance norm needs, one chunk's share. Each array has C entries.
typedef struct {
    double *sum;
    double *square_sum;
    float *least;
    float *most;
} tmp_statistics;

/// How a layer reads the map before it: value = raw * scale + shift [+ skip] [then ReLU]. That is the instance norm, the
/// residual addition and the activation, applied where the data is loaded anyway.
typedef struct {
    const void *map;     ///< H x W x C, the raw outputs of the convolution before
    const void *skip;    ///< H x W x C to add, or NULL
    void *sum;           ///< H x W x C: where the value is kept for a later skip, or NULL
    const float *scale;  ///< C
    const float *shift;  ///< C
    int height, width, channels;
    int relu;
} tmp_load;

/// What a 3x3 convolution does to the size of its map.
typedef enum {
    TMP_SAME = 0,
    TMP_UP = 1,    ///< nearest x2 before it
    TMP_DOWN = 2,  ///< stride 2; the map's sides are even
} tmp_mode;

/// A 3x3 convolution, reflection-padded by 1. One call handles `count` tiles from `first`, counted row by row over
/// `tmp_winograd_tiles` of the width.
typedef struct {
    tmp_load load;
    tmp_mode mode;
    int outputs;
    const void *weights;        ///< packed by `winograd_pack`
    const float *weight_scale;  ///< TMP_I16: what one count of a packed weight is worth, as the pack function wrote it
    void *map;                  ///< the raw outputs
} tmp_winograd;

/// Packed RGB bytes, `stride` bytes a row.
typedef struct {
    uint8_t *bytes;
    size_t stride;
    int width, height;
} tmp_frame;

/// The first (bytes in) or the last (bytes out) convolution, stride 1, reflection-padded by kernel / 2.
typedef struct {
    tmp_load load;
    float load_scale;  ///< TMP_I16: value -> int16; 1 for the first layer
    int kernel, outputs;        ///< kernel: odd, up to 15; outputs of the last layer: 3
    const void *weights;        ///< packed by `end_pack`
    const float *weight_scale;  ///< TMP_I16: what one count of a packed weight is worth, as the pack function wrote it
    const float *bias;          ///< last layer: 3
    void *map;                  ///< first layer: H x W x outputs
    tmp_frame picture;          ///< last layer: added, each pixel to `enlargement` x `enlargement` outputs; no bytes: none
    int enlargement;
} tmp_end;

/// A convolution as it is written, one product a tap: of bytes or of a map, to a map or to bytes. For few channels, and for
/// strides, the shortcuts cost more than they save.
///
/// TMP_SAME and TMP_DOWN are reflection-padded by kernel / 2. TMP_UP, which writes bytes, is nearest x2, then a convolution
/// over the enlarged map continued by its mirror image, edges repeated: four small convolutions over the map itself.
typedef struct {
    tmp_load load;     ///< `map` NULL: the frame, reflected right and below to `height` x `width`
    float load_scale;  ///< TMP_I16: value -> int16; 1 for bytes
    tmp_mode mode;
    int kernel, outputs;        ///< kernel: odd, up to 15; a multiple of the vector width of outputs, or (TMP_UP) 3
    const void *weights;        ///< packed by `direct_pack`
    const float *weight_scale;  ///< TMP_I16: what one count of a packed weight is worth, as the pack function wrote it
    const float *bias;          ///< TMP_UP: 3
    void *map;                  ///< the raw outputs, but for TMP_UP
} tmp_direct;

typedef struct {
    tmp_isa isa;
    tmp_arithmetic arithmetic;
    const char *name;
    /// Columns are packed, and maps computed, in blocks of this many.
    int columns;
    /// `rounds` of multiply-adds on registers alone. Returns how many operations that was.
    double (*peak)(long rounds);

    /// Bytes of scratch for `count` tiles.
    size_t (*winograd_scratch)(tmp_mode mode, int inputs, int count);
    size_t (*winograd_packed_bytes)(tmp_mode mode, int inputs, int outputs);
    /// Entries of `weight_scale`.
    size_t (*winograd_scales)(tmp_mode mode, int outputs);
    /// `weights`: O,I,3,3.
    void (*winograd_pack)(const float *weights, tmp_mode mode, int inputs, int outputs, void *packed, float *weight_scale);
    void (*winograd)(const tmp_winograd *job, int first, int count, void *scratch, tmp_statistics statistics);

    /// The two ends, for the outputs x0..<x1, y0..<y1; `y0` is a multiple of 3. Scratch is for a stripe of `width` outputs.
    size_t (*end_packed_bytes)(int kernel, int inputs, int outputs);
    /// Entries of `weight_scale`.
    size_t (*end_scales)(int kernel, int outputs);
    void (*end_pack)(const float *weights, int kernel, int inputs, int outputs, void *packed, float *weight_scale);
    size_t (*end_scratch)(int kernel, int width, int channels, int outputs);
    /// First layer: `frame` is reflected right and below to `job->load.height` x `width`, then convolved.
    void (*first)(const tmp_end *job, const tmp_frame *frame, int x0, int x1, int y0, int y1, void *scratch, tmp_statistics statistics);
    /// Last layer, 3 outputs: rounded and clamped to bytes, or (`values` set) left as frame.width x 3 floats a row.
    void (*last)(const tmp_end *job, const tmp_frame *frame, float *values, int x0, int x1, int y0, int y1, void *scratch);

    size_t (*direct_packed_bytes)(tmp_mode mode, int kernel, int inputs, int outputs);
    /// Entries of `weight_scale`.
    size_t (*direct_scales)(tmp_mode mode, int outputs);
    /// `weights`: O,I,kernel,kernel; `inputs`: 3 for bytes.
    void (*direct_pack)(const float *weights, tmp_mode mode, int kernel, int inputs, int outputs, void *packed, float *weight_scale);
    /// Scratch for a stripe of `width` outputs, or (TMP_UP) of so many pixels of the map.
    size_t (*direct_scratch)(tmp_mode mode, int kernel, int width, int inputs, int outputs);
    /// The outputs x0..<x1, y0..<y1, or (TMP_UP) the 2x2 outputs of each of these pixels of the map that are in the frame, as
    /// bytes or (`values` set) as frame->width x 3 floats a row. `frame`: what is read, or what is written.
    void (*direct)(const tmp_direct *job, const tmp_frame *frame, float *values, int x0, int x1, int y0, int y1, void *scratch, tmp_statistics statistics);
} tmp_kernels;

/// Tiles along `extent` pixels of the map that is loaded.
static inline int tmp_winograd_tiles(tmp_mode mode, int extent) {
    return mode == TMP_SAME ? (extent + 3) / 4 : mode == TMP_UP ? extent / 5 + 1 : (extent / 2 + 4) / 5;
}

/// The kernels of `isa` and `arithmetic`, or NULL when this CPU, or this build, lacks them.
const tmp_kernels *tmp_kernels_for(tmp_isa isa, tmp_arithmetic arithmetic);

/// The AMX kernels with tiles in plain memory, for tests on machines without them; NULL where AVX-512 BF16 is missing.
const tmp_kernels *tmp_kernels_emulated_amx(void);

#ifdef __cplusplus
}
#endif

#include "CSteady.h"
#include "CTrain.h"
