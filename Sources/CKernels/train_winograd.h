// Winograd F(4x4, 3x3) for training: the transforms, their adjoints, and those of the weights.
//
// Y = A^T [(G g G^T) * (B^T d B)] A (Lavin and Gray 2016). The points 0, ±1/sqrt(2), ±sqrt(2) and infinity, in place of
// the usual 0, ±1, ±2, halve the rounding error in any precision: with bfloat16 products 0.8 % of the output's deviation
// on smooth maps, 1.2 % on noise (2.5 % with the usual ones; a direct convolution has 0.23 %). The backward pass is the
// transpose of the same formula: dM = A dY A^T, dV = dM U^T, dU = V^T dM, dX += B dV B^T, dg = G^T dU G, so it needs
// no second set of transformed weights nor any case for how the input was padded.

#define POINT_A 0.70710678f
#define POINT_B 1.41421356f

// Rows of B^T: 1 0 -5/2 0 1 0; 0 ∓b -2 ±a 1 0 for the points ±a; 0 ∓a -1/2 ±b 1 0 for ±b; 0 1 0 -5/2 0 1.
inlined void FN(input_line)(const vf d[6], vf o[6]) {
    vf e = d[4] - 2 * d[2], f = d[3] * POINT_A - d[1] * POINT_B;
    vf g = d[4] - 0.5f * d[2], h = d[3] * POINT_B - d[1] * POINT_A;
    o[0] = d[0] - 2.5f * d[2] + d[4];
    o[1] = e + f;
    o[2] = e - f;
    o[3] = g + h;
    o[4] = g - h;
    o[5] = d[1] - 2.5f * d[3] + d[5];
}

inlined void FN(input_line_adjoint)(const vf o[6], vf d[6]) {
    vf s = o[1] + o[2], t = o[1] - o[2], u = o[3] + o[4], v = o[3] - o[4];
    d[0] = o[0];
    d[1] = o[5] - t * POINT_B - v * POINT_A;
    d[2] = -2.5f * o[0] - 2 * s - 0.5f * u;
    d[3] = t * POINT_A + v * POINT_B - 2.5f * o[5];
    d[4] = o[0] + s + u;
    d[5] = o[5];
}

// Columns of A^T: 1 p p^2 p^3 for the points p; 0 0 0 1 for infinity.
inlined void FN(output_line)(const vf m[6], vf y[4]) {
    vf s = m[1] + m[2], t = m[1] - m[2], u = m[3] + m[4], v = m[3] - m[4];
    y[0] = m[0] + s + u;
    y[1] = t * POINT_A + v * POINT_B;
    y[2] = 0.5f * s + 2 * u;
    y[3] = t * (POINT_A / 2) + v * (POINT_B * 2) + m[5];
}

inlined void FN(output_line_adjoint)(const vf y[4], vf m[6]) {
    vf s = y[0] + 0.5f * y[2], t = y[1] * POINT_A + y[3] * (POINT_A / 2);
    vf u = y[0] + 2 * y[2], v = y[1] * POINT_B + y[3] * (POINT_B * 2);
    m[0] = y[0];
    m[1] = s + t;
    m[2] = s - t;
    m[3] = u + v;
    m[4] = u - v;
    m[5] = y[3];
}

// One transformed vector of tile `t` to its plane in the layout asked for.
inlined void FN(put)(float *planes, ptrdiff_t plane, int p, int t, int channels, int c, vf x, const int layout) {
    if (layout == TMP_FLOATS) store(planes + p * plane + (ptrdiff_t)t * channels + c, x);
    else if (layout == TMP_CHANNEL_PAIRS) FN(store_pairs)(planes + p * plane + ((ptrdiff_t)t * channels + c) / 2, x);
    else FN(store_halves)(planes + p * plane + (ptrdiff_t)(t / 2) * channels + c, x, t & 1);
}

// Whether a patch lies wholly inside the map, as most do: then no load or store needs a look at the tables' zeros.
inlined int FN(is_inside)(const int32_t *rows, const int32_t *columns) {
    return (rows[0] | rows[1] | rows[2] | rows[3] | rows[4] | rows[5] | columns[0] | columns[1] | columns[2] | columns[3] | columns[4] |
            columns[5]) >= 0;
}

inlined void FN(input_patch)(const float *image, const int32_t *rows, const int32_t *columns, int channels, float *planes,
                             ptrdiff_t plane, int tile, const int layout, const int inside) {
    for (int c = 0; c < channels; c += 16) {
        vf half[6][6];  // [transformed row][column]
        UNROLLED for (int x = 0; x < 6; x++) {
            vf d[6], o[6];
            UNROLLED for (int y = 0; y < 6; y++)
                d[y] = !inside && (rows[y] < 0 || columns[x] < 0) ? (vf){0} : load(image + rows[y] + columns[x] + c);
            FN(input_line)(d, o);
            UNROLLED for (int y = 0; y < 6; y++) half[y][x] = o[y];
        }
        UNROLLED for (int y = 0; y < 6; y++) {
            vf o[6];
            FN(input_line)(half[y], o);
            UNROLLED for (int x = 0; x < 6; x++) FN(put)(planes, plane, y * 6 + x, tile, channels, c, o[x], layout);
        }
    }
}

inlined void FN(input_patches)(const tmp_patches *p, const float *image, int first, int count, float *planes, ptrdiff_t plane, int at,
                               const int layout) {
    for (int t = first; t < first + count; t++, at++) {
        const int32_t *rows = p->rows + t / p->tiles_x * 4, *columns = p->columns + t % p->tiles_x * 4;
        if (FN(is_inside)(rows, columns)) FN(input_patch)(image, rows, columns, p->channels, planes, plane, at, layout, 1);
        else FN(input_patch)(image, rows, columns, p->channels, planes, plane, at, layout, 0);
    }
}

static void FN(winograd_input)(const tmp_patches *p, const float *image, int32_t first, int32_t count, float *planes, ptrdiff_t plane,
                               int32_t at, tmp_layout layout) {
    if (layout == TMP_FLOATS) FN(input_patches)(p, image, first, count, planes, plane, at, TMP_FLOATS);
    else if (layout == TMP_CHANNEL_PAIRS) FN(input_patches)(p, image, first, count, planes, plane, at, TMP_CHANNEL_PAIRS);
    else FN(input_patches)(p, image, first, count, planes, plane, at, TMP_TILE_PAIRS);
}

inlined void FN(input_patch_adjoint)(float *image, const int32_t *rows, const int32_t *columns, int channels, const float *planes,
                                     ptrdiff_t plane, const int inside) {
    for (int c = 0; c < channels; c += 16) {
        vf half[6][6];  // [transformed row][column]
        UNROLLED for (int y = 0; y < 6; y++) {
            vf o[6];
            UNROLLED for (int x = 0; x < 6; x++) o[x] = load(planes + (y * 6 + x) * plane + c);
            FN(input_line_adjoint)(o, half[y]);
        }
        UNROLLED for (int x = 0; x < 6; x++) {
            vf o[6], d[6];
            UNROLLED for (int y = 0; y < 6; y++) o[y] = half[y][x];
            FN(input_line_adjoint)(o, d);
            UNROLLED for (int y = 0; y < 6; y++) {
                if (!inside && (rows[y] < 0 || columns[x] < 0)) continue;
                float *to = image + rows[y] + columns[x] + c;
                store(to, load(to) + d[y]);
            }
        }
    }
}

static void FN(winograd_input_adjoint)(const tmp_patches *p, const float *planes, ptrdiff_t plane, int32_t first, int32_t count, float *image) {
    for (int t = first; t < first + count; t++, planes += p->channels) {
        const int32_t *rows = p->rows + t / p->tiles_x * 4, *columns = p->columns + t % p->tiles_x * 4;
        if (FN(is_inside)(rows, columns)) FN(input_patch_adjoint)(image, rows, columns, p->channels, planes, plane, 1);
        else FN(input_patch_adjoint)(image, rows, columns, p->channels, planes, plane, 0);
    }
}

static void FN(winograd_output)(const tmp_tiles *p, const float *planes, ptrdiff_t plane, int32_t first, int32_t count,
                                const float *bias, int32_t relu, float *image) {
    for (int t = first; t < first + count; t++, planes += p->channels) {
        int top = t / p->tiles_x * 4, left = t % p->tiles_x * 4;
        int height = p->height - top < 4 ? p->height - top : 4, width = p->width - left < 4 ? p->width - left : 4;
        for (int c = 0; c < p->channels; c += 16) {
            vf half[4][6], b = bias ? load(bias + c) : (vf){0};
            UNROLLED for (int x = 0; x < 6; x++) {
                vf m[6], o[4];
                UNROLLED for (int y = 0; y < 6; y++) m[y] = load(planes + (y * 6 + x) * plane + c);
                FN(output_line)(m, o);
                UNROLLED for (int y = 0; y < 4; y++) half[y][x] = o[y];
            }
            for (int y = 0; y < height; y++) {
                vf o[4];
                FN(output_line)(half[y], o);
                float *to = image + ((ptrdiff_t)(top + y) * p->width + left) * p->channels + c;
                UNROLLED for (int x = 0; x < 4; x++) {
                    if (x >= width) break;
                    vf z = o[x] + b;
                    store(to + x * p->channels, relu ? positive(z) : z);
                }
            }
        }
    }
}

inlined void FN(output_tile_adjoint)(const tmp_tiles *p, const float *image, const float *mask, int top, int left, float *planes,
                                     ptrdiff_t plane, float *pairs, ptrdiff_t pair_plane, int tile, const int layout, const int inside) {
    int height = inside ? 4 : p->height - top, width = inside ? 4 : p->width - left;
    ptrdiff_t corner = ((ptrdiff_t)top * p->width + left) * p->channels, row = (ptrdiff_t)p->width * p->channels;
    for (int c = 0; c < p->channels; c += 16) {
        vf half[6][4];  // [transformed row][column]
        UNROLLED for (int x = 0; x < 4; x++) {
            vf d[4], o[6];
            UNROLLED for (int y = 0; y < 4; y++) {
                ptrdiff_t at = corner + y * row + x * p->channels + c;
                if (!inside && (x >= width || y >= height)) d[y] = (vf){0};
                else if (mask) d[y] = select_positive(load(mask + at), load(image + at));
                else d[y] = load(image + at);
            }
            FN(output_line_adjoint)(d, o);
            UNROLLED for (int y = 0; y < 6; y++) half[y][x] = o[y];
        }
        UNROLLED for (int y = 0; y < 6; y++) {
            vf o[6];
            FN(output_line_adjoint)(half[y], o);
            UNROLLED for (int x = 0; x < 6; x++) {
                FN(put)(planes, plane, y * 6 + x, tile, p->channels, c, o[x], layout);
                if (pairs) FN(put)(pairs, pair_plane, y * 6 + x, tile, p->channels, c, o[x], TMP_TILE_PAIRS);
            }
        }
    }
}

inlined void FN(output_tiles_adjoint)(const tmp_tiles *p, const float *image, const float *mask, int first, int count, float *planes,
                                      ptrdiff_t plane, float *pairs, ptrdiff_t pair_plane, int at, const int layout) {
    for (int t = first; t < first + count; t++, at++) {
        int top = t / p->tiles_x * 4, left = t % p->tiles_x * 4;
        if (top + 4 <= p->height && left + 4 <= p->width)
            FN(output_tile_adjoint)(p, image, mask, top, left, planes, plane, pairs, pair_plane, at, layout, 1);
        else FN(output_tile_adjoint)(p, image, mask, top, left, planes, plane, pairs, pair_plane, at, layout, 0);
    }
}

static void FN(winograd_output_adjoint)(const tmp_tiles *p, const float *image, const float *mask, int32_t first, int32_t count,
                                        float *planes, ptrdiff_t plane, float *pairs, ptrdiff_t pair_plane, int32_t at,
                                        tmp_layout layout) {
    if (layout == TMP_FLOATS)
        FN(output_tiles_adjoint)(p, image, mask, first, count, planes, plane, NULL, 0, at, TMP_FLOATS);
    else if (pairs) FN(output_tiles_adjoint)(p, image, mask, first, count, planes, plane, pairs, pair_plane, at, TMP_CHANNEL_PAIRS);
    else FN(output_tiles_adjoint)(p, image, mask, first, count, planes, plane, NULL, 0, at, TMP_CHANNEL_PAIRS);
}

// G: rows 1 0 0; the point p: (1 p p^2) / N(p) with N(±a) = -3/2, N(±b) = 6; 0 0 1.
inlined void FN(weights_line)(const vf g[3], vf u[6]) {
    vf s = g[0] * (-2.0f / 3) - g[2] * (1.0f / 3), t = g[1] * (-2.0f / 3 * POINT_A);
    vf v = g[0] * (1.0f / 6) + g[2] * (1.0f / 3), w = g[1] * (POINT_B / 6);
    u[0] = g[0];
    u[1] = s + t;
    u[2] = s - t;
    u[3] = v + w;
    u[4] = v - w;
    u[5] = g[2];
}

inlined void FN(weights_line_adjoint)(const vf u[6], vf g[3]) {
    vf s = u[1] + u[2], t = u[3] + u[4];
    g[0] = u[0] - s * (2.0f / 3) + t * (1.0f / 6);
    g[1] = (u[1] - u[2]) * (-2.0f / 3 * POINT_A) + (u[3] - u[4]) * (POINT_B / 6);
    g[2] = (t - s) * (1.0f / 3) + u[5];
}

// The transformed kernels of row k, columns n..<n+16; zeros beyond those in use.
inlined void FN(weights_block)(const tmp_train_weights *w, int k, int n, vf u[36]) {
    vf g[3][3] = {{{0}}}, half[6][3];
    int lanes = k < w->used_k ? (w->used_n - n < 16 ? w->used_n - n : 16) : 0;
    for (int l = 0; l < lanes; l++) {
        const float *from = w->weights + (n + l) * w->n_stride + k * w->k_stride;
        for (int i = 0; i < 9; i++) g[i / 3][i % 3][l] = from[i];
    }
    for (int x = 0; x < 3; x++) {
        vf d[3] = {g[0][x], g[1][x], g[2][x]}, o[6];
        FN(weights_line)(d, o);
        for (int y = 0; y < 6; y++) half[y][x] = o[y];
    }
    for (int y = 0; y < 6; y++) FN(weights_line)(half[y], u + 6 * y);
}

static void FN(winograd_weights)(const tmp_train_weights *w, int32_t first, int32_t count, float *planes, ptrdiff_t plane, tmp_layout layout) {
    vf u[36];
    for (int k = first; k < first + count; k++)
        for (int n = 0; n < w->n; n += 16) {
            FN(weights_block)(w, k, n, u);
            if (layout == TMP_FLOATS) {
                float *to = planes + (n / 32 * (ptrdiff_t)w->k + k) * 32 + n % 32;
                for (int p = 0; p < 36; p++) store(to + p * plane, u[p]);
            } else {
                float *to = planes + (n / 32 * (ptrdiff_t)(w->k / 2) + k / 2) * 32 + n % 32;
                for (int p = 0; p < 36; p++) FN(store_halves)(to + p * plane, u[p], k & 1);
            }
        }
}

static void FN(winograd_weights_adjoint)(const tmp_train_weights *w, int32_t first, int32_t count, const float *planes, ptrdiff_t plane,
                                         float *gradient) {
    for (int k = first; k < first + count && k < w->used_k; k++)
        for (int n = 0; n < w->used_n; n += 16) {
            const float *from = planes + (ptrdiff_t)k * w->n + n;
            vf half[6][3], g[3][3];
            UNROLLED for (int y = 0; y < 6; y++) {
                vf u[6];
                UNROLLED for (int x = 0; x < 6; x++) u[x] = load(from + (y * 6 + x) * plane);
                FN(weights_line_adjoint)(u, half[y]);
            }
            UNROLLED for (int x = 0; x < 3; x++) {
                vf u[6], o[3];
                UNROLLED for (int y = 0; y < 6; y++) u[y] = half[y][x];
                FN(weights_line_adjoint)(u, o);
                UNROLLED for (int y = 0; y < 3; y++) g[y][x] = o[y];
            }
            for (int l = 0; l < 16 && n + l < w->used_n; l++) {
                float *to = gradient + (n + l) * w->n_stride + k * w->k_stride;
                for (int i = 0; i < 9; i++) to[i] = g[i / 3][i % 3][l];
            }
        }
}
