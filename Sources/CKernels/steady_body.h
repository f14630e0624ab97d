// Every kernel of the temporal filter for the instruction set that the including file has turned on; FN names it. Plain loops
// over rows, written so that compilers make vectors of them.
#include <stdlib.h>
#include <string.h>

#include "CSteady.h"
#include "steady_taps.h"

#define least(a, b) ((a) < (b) ? (a) : (b))
#define most(a, b) ((a) > (b) ? (a) : (b))
#define within(v, low, high) least(most(v, low), high)
// Pixels whose products still fit in 32 bits when added up.
#define SPAN 256

static void FN(luminance)(const tmp_frame *frame, const tmp_plane *to, int32_t y0, int32_t y1) {
    const int full = frame->width / 2;
    for (int y = y0; y < y1; y++) {
        const uint8_t *a = frame->bytes + least(2 * y, frame->height - 1) * frame->stride;
        const uint8_t *b = frame->bytes + least(2 * y + 1, frame->height - 1) * frame->stride;
        uint8_t *out = to->bytes + y * to->stride;
        for (int x = 0; x < full; x++) {
            const uint8_t *p = a + 6 * x, *q = b + 6 * x;
            const int red = p[0] + p[3] + q[0] + q[3], green = p[1] + p[4] + q[1] + q[4], blue = p[2] + p[5] + q[2] + q[5];
            out[x] = (uint8_t)((77 * red + 150 * green + 29 * blue + 512) >> 10);
        }
        for (int x = full; x < to->width; x++) {
            const int at = 3 * (frame->width - 1);
            out[x] = (uint8_t)((77 * (a[at] + b[at]) + 150 * (a[at + 1] + b[at + 1]) + 29 * (a[at + 2] + b[at + 2]) + 256) >> 9);
        }
    }
}

static void FN(smooth)(const tmp_plane *from, const tmp_plane *to, int32_t y0, int32_t y1) {
    const int last = from->width - 1;
    uint16_t column[SPAN + 2];
    for (int y = y0; y < y1; y++) {
        const uint8_t *b = from->bytes + y * from->stride;
        const uint8_t *a = y > 0 ? b - from->stride : b, *c = y + 1 < from->height ? b + from->stride : b;
        uint8_t *out = to->bytes + y * to->stride;
        for (int x0 = 0; x0 <= last; x0 += SPAN) {
            const int count = least(SPAN, last + 1 - x0), l = most(x0 - 1, 0), r = least(x0 + count, last);
            for (int x = 0; x < count; x++) column[x + 1] = (uint16_t)(a[x0 + x] + 2 * b[x0 + x] + c[x0 + x]);
            column[0] = (uint16_t)(a[l] + 2 * b[l] + c[l]);
            column[count + 1] = (uint16_t)(a[r] + 2 * b[r] + c[r]);
            for (int x = 0; x < count; x++) out[x0 + x] = (uint8_t)((column[x] + 2 * column[x + 1] + column[x + 2] + 8) >> 4);
        }
    }
}

static void FN(halve)(const tmp_plane *from, const tmp_plane *to) {
    const int full = least(from->width / 2, to->width);
    for (int y = 0; y < to->height; y++) {
        const uint8_t *a = from->bytes + least(2 * y, from->height - 2) * from->stride, *b = a + from->stride;
        uint8_t *out = to->bytes + y * to->stride;
        for (int x = 0; x < full; x++) out[x] = (uint8_t)((a[2 * x] + a[2 * x + 1] + b[2 * x] + b[2 * x + 1] + 2) >> 2);
        for (int x = full; x < to->width; x++) out[x] = out[full - 1];
    }
}

// The columns of a row that lie inside of the other plane once moved, `margin` pixels away from its own edges.
static inline void FN(visible)(int32_t d, int extent, int margin, int *from, int *to) {
    const int whole = d >> 6, next = (d & (TMP_SHIFT_UNIT - 1)) != 0;
    *from = within(-whole, margin, extent - margin);
    *to = most(*from, least(extent - next - whole, extent - margin));
}

// Row y of `before` moved, columns x0..<x1, in TMP_LEVEL_UNIT.
static inline void FN(moved)(const tmp_plane *before, tmp_shift shift, int y, int x0, int x1, int16_t *restrict out) {
    const int sy = y + (shift.dy >> 6), fx = shift.dx & (TMP_SHIFT_UNIT - 1), fy = shift.dy & (TMP_SHIFT_UNIT - 1);
    const uint8_t *a = before->bytes + sy * before->stride + (shift.dx >> 6) + x0, *b = fy ? a + before->stride : a;
    const int right = fx ? 1 : 0, count = x1 - x0;
    const int w00 = (64 - fx) * (64 - fy), w01 = fx * (64 - fy), w10 = (64 - fx) * fy, w11 = fx * fy;
    for (int x = 0; x < count; x++)
        out[x] = (int16_t)((a[x] * w00 + a[x + right] * w01 + b[x] * w10 + b[x + right] * w11 + 128) >> 8);
}

static tmp_shift_sums FN(shift_sums)(const tmp_plane *now, const tmp_plane *before, tmp_shift shift, int32_t limit, int32_t y0,
                                      int32_t y1) {
    tmp_shift_sums sums = {0};
    int left, right, top, bottom;
    FN(visible)(shift.dx, now->width, 1, &left, &right);
    FN(visible)(shift.dy, now->height, 1, &top, &bottom);
    int16_t there[SPAN];
    for (int y = most(top, y0), end = least(bottom, y1); y < end; y++) {
        for (int x0 = left; x0 < right; x0 += SPAN) {
            const int count = least(SPAN, right - x0);
            const uint8_t *here = now->bytes + y * now->stride + x0, *above = here - now->stride, *below = here + now->stride;
            FN(moved)(before, shift, y, x0, x0 + count, there);
            int32_t xx = 0, xy = 0, yy = 0, xr = 0, yr = 0, cost = 0;
            for (int x = 0; x < count; x++) {
                const int r = there[x] - TMP_LEVEL_UNIT * here[x], size = abs(r), in = size <= limit ? -1 : 0;
                const int gx = (here[x + 1] - here[x - 1]) & in, gy = (below[x] - above[x]) & in;
                xx += gx * gx;
                xy += gx * gy;
                yy += gy * gy;
                xr += gx * r;
                yr += gy * r;
                cost += least(size, limit);
            }
            sums.xx += xx;
            sums.xy += xy;
            sums.yy += yy;
            sums.xr += xr;
            sums.yr += yr;
            sums.cost += cost;
            sums.pixels += count;
        }
    }
    return sums;
}

static void FN(changes)(const tmp_plane *now, const tmp_plane *before, tmp_shift shift, int32_t y0, int32_t y1,
                        uint16_t *differences, uint16_t *gradients) {
    const int blocks = now->width / TMP_BLOCK, first = y0 / TMP_BLOCK * blocks, count = (y1 - y0) / TMP_BLOCK * blocks;
    const int unseen = 255 * TMP_LEVEL_UNIT;
    int left, right, top, bottom;
    FN(visible)(shift.dx, now->width, 0, &left, &right);
    FN(visible)(shift.dy, now->height, 0, &top, &bottom);
    memset(differences + first, 0, (size_t)count * sizeof *differences);
    memset(gradients + first, 0, (size_t)count * sizeof *gradients);
    for (int y = y0; y < y1; y++) {
        const uint8_t *here = now->bytes + y * now->stride, *below = y + 1 < now->height ? here + now->stride : here;
        uint16_t *difference = differences + y / TMP_BLOCK * blocks, *gradient = gradients + y / TMP_BLOCK * blocks;
        for (int x0 = 0; x0 < now->width; x0 += SPAN) {
            const int x1 = least(x0 + SPAN, now->width);
            int16_t there[SPAN];
            const int a = y < top || y >= bottom ? x1 : within(left, x0, x1), b = most(a, within(right, x0, x1));
            for (int x = x0; x < x1; x++) there[x - x0] = (int16_t)unseen;
            if (b > a) {
                FN(moved)(before, shift, y, a, b, there + a - x0);
                for (int x = a; x < b; x++) there[x - x0] = (int16_t)abs(there[x - x0] - TMP_LEVEL_UNIT * here[x]);
            }
            for (int x = x0; x < x1; x += TMP_BLOCK) {
                int d = 0, g = 0;
                for (int i = 0; i < TMP_BLOCK; i++) {
                    d += there[x + i - x0];
                    g += abs(here[x + i] - here[least(x + i + 1, now->width - 1)]) + abs(here[x + i] - below[x + i]);
                }
                difference[x / TMP_BLOCK] += d;
                gradient[x / TMP_BLOCK] += g;
            }
        }
    }
}

// MARK: Mixing

// Room on both sides of a row for the taps, in bytes of a picture.
#define APRON 16

static size_t FN(mix_scratch)(int32_t width) {
    const size_t row = 3 * (size_t)width + 48 + 2 * APRON;
    return row * (sizeof(int16_t) + 2 * sizeof(uint8_t)) + ((size_t)width / (2 * TMP_BLOCK) + 4) * sizeof(uint16_t) + 64;
}

// At `f` of 64 parts of the way from one pixel to the next.
static inline void FN(taps)(int f, int16_t taps[TAPS]) {
    for (int k = 0; k < TAPS; k++) taps[k] = f <= 32 ? tap_table[f][k] : tap_table[64 - f][TAPS - 1 - k];
}

// The shares of one row, three bytes a pixel.
static inline void FN(row_shares)(const tmp_mixture *job, int y, uint16_t *restrict line, uint8_t *restrict out) {
    static const uint8_t weights[24] = {1, 1, 1, 3, 3, 3, 5, 5, 5, 7, 7, 7, 9, 9, 9, 11, 11, 11, 13, 13, 13, 15, 15, 15};
    const int place = 2 * y + 1 - 8, row = place >> 4, w = place & 15, n = job->blocks_x;
    const uint8_t *a = job->shares + within(row, 0, job->blocks_y - 1) * n, *b = job->shares + within(row + 1, 0, job->blocks_y - 1) * n;
    // line[j + 1] is block j; the first and the last go on.
    for (int j = 0; j < n; j++) line[j + 1] = (uint16_t)(a[j] * (16 - w) + b[j] * w);
    line[0] = line[1];
    line[n + 1] = line[n];
    // From the centre of one block to that of the next; the first begins four pixels before the picture.
    uint8_t *to = out - 12;
    for (int j = 0; j <= n; j++, to += 24)
        for (int i = 0; i < 24; i++) to[i] = (uint8_t)((line[j] * (16 - weights[i]) + line[j + 1] * weights[i] + 128) >> 8);
}

static void FN(mix)(const tmp_mixture *job, int32_t y0, int32_t y1, void *scratch) {
    const int width = job->fresh.width, height = job->fresh.height, row = 3 * width + 48 + 2 * APRON;
    int16_t *column = (int16_t *)scratch + APRON;
    uint16_t *line = (uint16_t *)scratch + row;
    uint8_t *shares = (uint8_t *)(line + width / (2 * TMP_BLOCK) + 4) + APRON, *moved = shares + row;
    int left, right, top, bottom;
    FN(visible)(job->shift.dx, width, 0, &left, &right);
    FN(visible)(job->shift.dy, height, 0, &top, &bottom);
    const int wx = job->shift.dx >> 6, wy = job->shift.dy >> 6, fx = job->shift.dx & 63, fy = job->shift.dy & 63;
    const int count = 3 * (right - left);
    int16_t across[TAPS], down[TAPS];
    FN(taps)(fx, across);
    FN(taps)(fy, down);
    for (int y = most(y0, top); y < least(y1, bottom) && count > 0; y++) {
        FN(row_shares)(job, y, line, shares);
        const uint8_t *last = job->last.bytes + (y + wy) * job->last.stride + 3 * (left + wx);
        if (fx || fy) {
            const uint8_t *r[TAPS];
            for (int k = 0; k < TAPS; k++) r[k] = job->last.bytes + within(y + wy + k - TAPS_BEFORE, 0, height - 1) * job->last.stride;
            // Levels count from the middle, so that sums fit.
            for (int i = 0; i < 3 * width; i++) {
                int v = 0;
                for (int k = 0; k < TAPS; k++) v += (r[k][i] - 128) * down[k];
                column[i] = (int16_t)v;
            }
            for (int i = 1; i <= 3 * TAPS_BEFORE; i++) column[-i] = column[(i + 2) / 3 * 3 - i];
            for (int i = 0; i < 3 * TAPS / 2; i++) column[3 * width + i] = column[3 * width - 3 + i % 3];
            const int16_t *from = column + 3 * (left + wx - TAPS_BEFORE);
            for (int i = 0; i < count; i++) {
                int v = 1 << (2 * TAP_BITS - 1);
                for (int k = 0; k < TAPS; k++) v += from[i + 3 * k] * across[k];
                moved[i] = (uint8_t)within((v >> 2 * TAP_BITS) + 128, 0, 255);
            }
            last = moved;
        }
        uint8_t *fresh = job->fresh.bytes + y * job->fresh.stride + 3 * left;
        const uint8_t *share = shares + 3 * left;
        for (int i = 0; i < count; i++) {
            const int16_t step = (int16_t)((int16_t)(fresh[i] - last[i]) * share[i] + TMP_SHARE_UNIT / 2) >> 7;
            fresh[i] = (uint8_t)(last[i] + step);
        }
    }
}

const tmp_steady_kernels FN(tmp_steady) = {
    .luminance = FN(luminance),
    .smooth = FN(smooth),
    .halve = FN(halve),
    .shift_sums = FN(shift_sums),
    .changes = FN(changes),
    .mix_scratch = FN(mix_scratch),
    .mix = FN(mix),
};
