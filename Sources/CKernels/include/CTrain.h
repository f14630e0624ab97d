// Inner loops of training: float32, NHWC maps whose channel count is padded to a multiple of 16, batch split by the caller.
// Every function works on one piece of a layer and touches nothing outside it, so pieces run on any thread.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "CKernels.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma clang assume_nonnull begin

/// C (m x n) = sum over segments of A (m x k) B (k x n), then bias and ReLU. `n` is a multiple of 16; all strides in elements.
///
/// A is read element by element, so either of its strides may be 1: rows of pixels, patches of an image (one segment a
/// kernel row: no im2col) or a transposed matrix. B lies in panels of 32 columns, `b_panel` apart; an ordinary
/// row-major matrix has `b_panel` 32 and `b_k` its row stride.
typedef struct {
    int32_t m, n, k, segments;
    const float *a;
    ptrdiff_t a_row, a_k, a_segment;
    const float *b;
    ptrdiff_t b_k, b_panel, b_segment;
    float *c;
    ptrdiff_t c_row;
    /// n values or NULL.
    const float *_Nullable bias;
    int32_t relu;
    /// Adds to what C holds.
    int32_t accumulate;
    /// The elements of A and B are units of two bfloat16 numbers that are multiplied as pairs and added up in float32;
    /// k and the strides of A and B count units.
    int32_t pairs;
} tmp_gemm;

/// How transformed maps and weights are stored. A unit is four bytes.
typedef enum {
    TMP_FLOATS = 0,
    /// bfloat16, a unit holding two neighbouring channels: half the units.
    TMP_CHANNEL_PAIRS = 1,
    /// bfloat16, a unit holding one channel of two neighbouring tiles (of weights: of two neighbouring rows of k).
    TMP_TILE_PAIRS = 2,
} tmp_layout;

/// How one image of a map is read or written as 6x6 Winograd patches that overlap by two.
///
/// The tables say where a padded coordinate comes from: reflection, zeros and nearest enlargement are entries, not code.
typedef struct {
    /// Channels, a multiple of 16.
    int32_t channels;
    /// Tiles a row.
    int32_t tiles_x;
    /// For each of 4 * tiles_y + 2 padded rows: offset in elements of the source row, or -1 for zeros.
    const int32_t *rows;
    /// For each of 4 * tiles_x + 2 padded columns: offset in elements of the source pixel in its row, or -1.
    const int32_t *columns;
} tmp_patches;

/// How one image of a map is covered by 4x4 tiles; those at the right and bottom may hang over.
typedef struct {
    int32_t channels, width, height, tiles_x;
} tmp_tiles;

/// A set of 3x3 kernels seen as a k x n matrix: the one at (k, n) begins at `weights[k * k_stride + n * n_stride]`.
/// Forward, k is the input channel and n the output channel; backward the other way round.
typedef struct {
    const float *weights;
    ptrdiff_t k_stride, n_stride;
    /// Matrix size, multiples of 16, and how much of it holds kernels; the rest counts as zeros.
    int32_t k, n, used_k, used_n;
} tmp_train_weights;

/// Where the pixels of a padded strip of a map come from: offsets in elements as in `tmp_patches`, -1 for zeros.
typedef struct {
    int32_t channels, row_count, column_count;
    const int32_t *rows, *columns;
} tmp_strip;

/// A convolution with three outputs over planes of single channels: `plane` elements a channel, `pitch` a row.
typedef struct {
    int32_t channels, kernel, width;
    ptrdiff_t plane, pitch;
    /// channels x kernel x kernel x 3.
    const float *weights;
    /// Three values or NULL.
    const float *_Nullable bias;
} tmp_planar;

/// Where the pixels of one view lie in another: (x, y) there = (xx X + xy Y + x, yx X + yy Y + y).
typedef struct {
    float xx, xy, x, yx, yy, y;
} tmp_motion;

typedef struct {
    /// Whether the CPU multiplies pairs; else they are emulated, slowly.
    int32_t has_pairs;
    void (*gemm)(const tmp_gemm *);

    /// Winograd F(4x4, 3x3). Planes: 36 matrices (tile, channel), `plane` units apart, of which rows `at` and on are written
    /// or read for the tiles first..<first+count of one image.
    /// V = B^T d B. With TMP_TILE_PAIRS the tiles of a unit must be written in order by one caller.
    void (*winograd_input)(const tmp_patches *, const float *image, int32_t first, int32_t count, float *planes, ptrdiff_t plane,
                           int32_t at, tmp_layout layout);
    /// Y = A^T M A (+ bias)(ReLU); M is float32.
    void (*winograd_output)(const tmp_tiles *, const float *planes, ptrdiff_t plane, int32_t first, int32_t count,
                            const float *_Nullable bias, int32_t relu, float *image);
    /// dM = A dY A^T as TMP_FLOATS or TMP_CHANNEL_PAIRS, with dY taken as 0 where `mask` (the layer's output after ReLU) is
    /// not positive. With TMP_CHANNEL_PAIRS, `pairs` (may be NULL) takes it as TMP_TILE_PAIRS too.
    void (*winograd_output_adjoint)(const tmp_tiles *, const float *image, const float *_Nullable mask, int32_t first, int32_t count,
                                    float *planes, ptrdiff_t plane, float *_Nullable pairs, ptrdiff_t pair_plane, int32_t at,
                                    tmp_layout layout);
    /// dX += B dV B^T at the places the tables name; dV is float32.
    void (*winograd_input_adjoint)(const tmp_patches *, const float *planes, ptrdiff_t plane, int32_t first, int32_t count, float *image);
    /// U = G g G^T for rows first..<first+count of k (even numbers): 36 planes of panels (n / 32, k, 32), or with
    /// TMP_TILE_PAIRS (n / 32, k / 2, 32).
    void (*winograd_weights)(const tmp_train_weights *, int32_t first, int32_t count, float *planes, ptrdiff_t plane, tmp_layout layout);
    /// dg = G^T dU G for rows first..<first+count of k; dU is 36 planes (k, n), row-major.
    void (*winograd_weights_adjoint)(const tmp_train_weights *, int32_t first, int32_t count, const float *planes, ptrdiff_t plane,
                                     float *gradient);

    /// Copies the strip's pixels to `to` (rows, columns, channels), 0 where `mask` (may be NULL) is not positive.
    void (*gather)(const tmp_strip *, const float *image, const float *_Nullable mask, float *to);
    /// Adds the strip's pixels to where they came from: the transpose of `gather`.
    void (*fold)(const tmp_strip *, const float *from, float *image);
    /// `gather`, but to planes of single channels. Channels are a multiple of 16.
    void (*planes)(const tmp_strip *, const float *image, const float *_Nullable mask, float *to, ptrdiff_t plane, ptrdiff_t pitch);
    /// Output rows (width x 3, `to_row` apart) from planes whose first row is the first the kernel touches. Reads up to
    /// 32 columns and 3 rows past what it needs.
    void (*planar_convolve)(const tmp_planar *, const float *planes, int32_t rows, float *to, ptrdiff_t to_row);

    /// Sums over `pixels` of (x - shift) and its square, per channel, added to `sum` and `square`.
    void (*moments)(const float *x, const float *shift, int64_t pixels, int32_t channels, double *sum, double *square);
    /// y = x * scale + offset (ReLU) (+ add). `add` may be NULL.
    void (*affine)(const float *x, const float *scale, const float *offset, const float *_Nullable add, int64_t pixels, int32_t channels,
                   int32_t relu, float *y);
    /// Sums over pixels of dy and dy * x, dy being 0 where `mask` (may be NULL) is not positive.
    void (*norm_sums)(const float *dy, const float *_Nullable mask, const float *x, const float *shift, int64_t pixels, int32_t channels,
                      double *sum, double *product);
    /// dx = dy * a + (x - shift) * b + c per channel, dy masked as above; dx may be dy.
    void (*norm_backward)(const float *dy, const float *_Nullable mask, const float *x, const float *shift, const float *a, const float *b,
                          const float *c, int64_t pixels, int32_t channels, float *dx);

    /// dx += (x - target) * factor; returns the sum of (x - target)^2.
    double (*difference)(const float *x, const float *target, int64_t count, float factor, float *dx);

    /// Pixels of the second view that lie inside the first.
    int64_t (*warp_count)(const tmp_motion *, int32_t width, int32_t height);
    /// Sum of (second - first moved)^2 over those pixels, `first` being read bilinearly. Adds `factor` times the difference
    /// to `dsecond` and its negative, through the transpose of the reading, to `dfirst`.
    double (*warp_difference)(const tmp_motion *, const float *first, const float *second, int32_t width, int32_t height,
                              int32_t channels, float factor, float *dfirst, float *dsecond);

    /// 2x2 pooling, stride 2, of one output row: the rows `x` and `x + row`.
    void (*max_pool)(const float *x, ptrdiff_t row, int32_t width, int32_t channels, float *y);
    void (*average_pool)(const float *x, ptrdiff_t row, int32_t width, int32_t channels, float *y);
    /// Gradient of `max_pool` to the first of the four that holds the maximum.
    void (*max_pool_backward)(const float *x, const float *y, const float *dy, ptrdiff_t row, int32_t width, int32_t channels, float *dx);
    void (*average_pool_backward)(const float *dy, ptrdiff_t row, int32_t width, int32_t channels, float *dx);

    /// One step of Adam on `count` values: `rate` holds the bias-corrected step, `epsilon` the corrected epsilon.
    void (*adam)(float *w, const float *g, float *m, float *v, int64_t count, float rate, float beta1, float beta2, float epsilon);
} tmp_train_kernels;

/// The fastest set this CPU runs.
const tmp_train_kernels *tmp_train(void);
/// The set for one instruction set, NULL when it does not exist or the CPU lacks it.
const tmp_train_kernels *_Nullable tmp_train_for(tmp_isa isa);

#pragma clang assume_nonnull end
#ifdef __cplusplus
}
#endif
