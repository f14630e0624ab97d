// Inner loops of the temporal filter: what moved from one frame to the next, and how much of the last picture stays.
// Bytes and integers only, so that every instruction set gives the same picture to the bit.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "CKernels.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma clang assume_nonnull begin

/// One channel of bytes, `stride` bytes a row; both sides are multiples of TMP_BLOCK.
typedef struct {
    uint8_t *bytes;
    ptrdiff_t stride;
    int32_t width, height;
} tmp_plane;

/// Side of the blocks that changes are told for, in pixels of a plane of luminance: twice as many of the frame.
#define TMP_BLOCK 4
/// A shift counts pixels in this many parts.
#define TMP_SHIFT_UNIT 64
/// Differences of luminance count levels in this many parts.
#define TMP_LEVEL_UNIT 16
/// A share of 1.
#define TMP_SHARE_UNIT 128

/// Where the pixels of one plane lie in another: (x + dx, y + dy), in parts of TMP_SHIFT_UNIT.
typedef struct {
    int32_t dx, dy;
} tmp_shift;

/// The sums of one Gauss-Newton step for a shift, over the pixels whose difference is within a limit; g is twice the
/// gradient of the first plane, r the second plane moved minus the first.
typedef struct {
    int64_t xx, xy, yy, xr, yr;
    /// Of |r|, at most the limit each, and the pixels that both planes show.
    int64_t cost, pixels;
} tmp_shift_sums;

/// The last picture moved and mixed into the new one.
typedef struct {
    /// The new picture; becomes the mixture.
    tmp_frame fresh;
    tmp_frame last;
    /// Where the pixels of `fresh` lie in `last`.
    tmp_shift shift;
    /// How much of the new picture is taken at the centre of each block, 0...TMP_SHARE_UNIT; in between linearly.
    const uint8_t *shares;
    int32_t blocks_x, blocks_y;
} tmp_mixture;

typedef struct {
    /// Rows y0..<y1 of `to`: luminance (BT.601) of 2x2 pixels of `frame`, whose last row and column go on.
    void (*luminance)(const tmp_frame *frame, const tmp_plane *to, int32_t y0, int32_t y1);
    /// Rows y0..<y1 of `to`, as large as `from`: 1 2 1 across and down, a quarter each; edges go on.
    void (*smooth)(const tmp_plane *from, const tmp_plane *to, int32_t y0, int32_t y1);
    /// Means of 2x2 pixels; what `from` has over is left out, what it lacks is its last row or column.
    void (*halve)(const tmp_plane *from, const tmp_plane *to);
    /// Over rows y0..<y1 of `now`; `limit` counts TMP_LEVEL_UNIT.
    tmp_shift_sums (*shift_sums)(const tmp_plane *now, const tmp_plane *before, tmp_shift shift, int32_t limit, int32_t y0, int32_t y1);
    /// For each block of rows y0..<y1 of `now`, whole blocks: the sum of |before moved - now|, in TMP_LEVEL_UNIT, the most where
    /// `before` shows nothing, and that of |gx| + |gy| of `now` in levels a pixel.
    void (*changes)(const tmp_plane *now, const tmp_plane *before, tmp_shift shift, int32_t y0, int32_t y1, uint16_t *differences,
                    uint16_t *gradients);
    /// Bytes of scratch that `mix` needs for a picture of this width.
    size_t (*mix_scratch)(int32_t width);
    /// Rows y0..<y1. Between pixels the last picture is read by a windowed sinc of eight taps; what it does not show stays as it is.
    void (*mix)(const tmp_mixture *job, int32_t y0, int32_t y1, void *scratch);
} tmp_steady_kernels;

/// The set for one instruction set; NULL when it does not exist or the CPU lacks it.
const tmp_steady_kernels *_Nullable tmp_steady_for(tmp_isa isa);
/// The set for any CPU.
const tmp_steady_kernels *tmp_steady_any(void);

#pragma clang assume_nonnull end
#ifdef __cplusplus
}
#endif
