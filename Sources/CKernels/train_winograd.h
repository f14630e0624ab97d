// Winograd F(4x4, 3x3) for training: the transforms, their adjoints, and those of the weights.
//
// Y = A^T [(G g G^T) * (B^T d B)] A (Lavin and Gray 2016) with the points 0, ±1, ±2 and infinity. The backward pass is the
// transpose of the same formula: dM = A dY A^T, dV = dM U^T, dU = V^T dM, dX += B dV B^T, dg = G^T dU G, so it needs
// no second set of transformed weights nor any case for how the input was padded.

inlined void FN(input_line)(const vf d[6], vf o[6]) {
    vf e = d[4] - 4 * d[2], f = d[3] - 4 * d[1], g = d[4] - d[2], h = 2 * (d[3] - d[1]);
    o[0] = 4 * d[0] - 5 * d[2] + d[4];
    o[1] = e + f;
    o[2] = e - f;
    o[3] = g + h;
    o[4] = g - h;
    o[5] = 4 * d[1] - 5 * d[3] + d[5];
}

inlined void FN(input_line_adjoint)(const vf o[6], vf d[6]) {
    vf s = o[1] + o[2], t = o[1] - o[2], u = o[3] + o[4], v = 2 * (o[3] - o[4]);
    d[0] = 4 * o[0];
    d[1] = 4 * (o[5] - t) - v;
    d[2] = -5 * o[0] - 4 * s - u;
    d[3] = t + v - 5 * o[5];
    d[4] = o[0] + s + u;
    d[5] = o[5];
}

inlined void FN(output_line)(const vf m[6], vf y[4]) {
    vf s = m[1] + m[2], t = m[1] - m[2], u = m[3] + m[4], v = m[3] - m[4];
    y[0] = m[0] + s + u;
    y[1] = t + 2 * v;
    y[2] = s + 4 * u;
    y[3] = t + 8 * v + m[5];
}

inlined void FN(output_line_adjoint)(const vf y[4], vf m[6]) {
    vf s = y[0] + y[2], t = y[1] + y[3], u = y[0] + 4 * y[2], v = 2 * y[1] + 8 * y[3];
    m[0] = y[0];
    m[1] = s + t;
    m[2] = s - t;
    m[3] = u + v;
    m[4] = u - v;
    m[5] = y[3];
}

static void FN(winograd_input)(const tmp_patches *p, const float *image, int32_t first, int32_t count, float *planes, ptrdiff_t plane) {
    for (int t = first; t < first + count; t++, planes += p->channels) {
        const int32_t *rows = p->rows + t / p->tiles_x * 4, *columns = p->columns + t % p->tiles_x * 4;
        for (int c = 0; c < p->channels; c += 16) {
            vf half[6][6];  // [transformed row][column]
            for (int x = 0; x < 6; x++) {
                vf d[6], o[6];
                for (int y = 0; y < 6; y++)
                    d[y] = rows[y] < 0 || columns[x] < 0 ? (vf){0} : load(image + rows[y] + columns[x] + c);
                FN(input_line)(d, o);
                for (int y = 0; y < 6; y++) half[y][x] = o[y];
            }
            for (int y = 0; y < 6; y++) {
                vf o[6];
                FN(input_line)(half[y], o);
                for (int x = 0; x < 6; x++) store(planes + (y * 6 + x) * plane + c, o[x]);
            }
        }
    }
}

static void FN(winograd_input_adjoint)(const tmp_patches *p, const float *planes, ptrdiff_t plane, int32_t first, int32_t count, float *image) {
    for (int t = first; t < first + count; t++, planes += p->channels) {
        const int32_t *rows = p->rows + t / p->tiles_x * 4, *columns = p->columns + t % p->tiles_x * 4;
        for (int c = 0; c < p->channels; c += 16) {
            vf half[6][6];  // [transformed row][column]
            for (int y = 0; y < 6; y++) {
                vf o[6];
                for (int x = 0; x < 6; x++) o[x] = load(planes + (y * 6 + x) * plane + c);
                FN(input_line_adjoint)(o, half[y]);
            }
            for (int x = 0; x < 6; x++) {
                if (columns[x] < 0) continue;
                vf o[6], d[6];
                for (int y = 0; y < 6; y++) o[y] = half[y][x];
                FN(input_line_adjoint)(o, d);
                for (int y = 0; y < 6; y++) {
                    if (rows[y] < 0) continue;
                    float *to = image + rows[y] + columns[x] + c;
                    store(to, load(to) + d[y]);
                }
            }
        }
    }
}

static void FN(winograd_output)(const tmp_tiles *p, const float *planes, ptrdiff_t plane, int32_t first, int32_t count,
                                const float *bias, int32_t relu, float *image) {
    for (int t = first; t < first + count; t++, planes += p->channels) {
        int top = t / p->tiles_x * 4, left = t % p->tiles_x * 4;
        int height = p->height - top < 4 ? p->height - top : 4, width = p->width - left < 4 ? p->width - left : 4;
        for (int c = 0; c < p->channels; c += 16) {
            vf half[4][6], b = bias ? load(bias + c) : (vf){0};
            for (int x = 0; x < 6; x++) {
                vf m[6], o[4];
                for (int y = 0; y < 6; y++) m[y] = load(planes + (y * 6 + x) * plane + c);
                FN(output_line)(m, o);
                for (int y = 0; y < 4; y++) half[y][x] = o[y];
            }
            for (int y = 0; y < height; y++) {
                vf o[4];
                FN(output_line)(half[y], o);
                float *to = image + ((ptrdiff_t)(top + y) * p->width + left) * p->channels + c;
                for (int x = 0; x < 4; x++) {
                    if (x >= width) break;
                    vf z = o[x] + b;
                    store(to + x * p->channels, relu ? positive(z) : z);
                }
            }
        }
    }
}

static void FN(winograd_output_adjoint)(const tmp_tiles *p, const float *image, const float *mask, int32_t first, int32_t count,
                                        float *planes, ptrdiff_t plane) {
    for (int t = first; t < first + count; t++, planes += p->channels) {
        int top = t / p->tiles_x * 4, left = t % p->tiles_x * 4;
        int height = p->height - top < 4 ? p->height - top : 4, width = p->width - left < 4 ? p->width - left : 4;
        ptrdiff_t corner = ((ptrdiff_t)top * p->width + left) * p->channels;
        for (int c = 0; c < p->channels; c += 16) {
            vf half[6][4];  // [transformed row][column]
            for (int x = 0; x < 4; x++) {
                vf d[4], o[6];
                for (int y = 0; y < 4; y++) {
                    ptrdiff_t at = corner + ((ptrdiff_t)y * p->width + x) * p->channels + c;
                    if (x >= width || y >= height) d[y] = (vf){0};
                    else if (mask) d[y] = select_positive(load(mask + at), load(image + at));
                    else d[y] = load(image + at);
                }
                FN(output_line_adjoint)(d, o);
                for (int y = 0; y < 6; y++) half[y][x] = o[y];
            }
            for (int y = 0; y < 6; y++) {
                vf o[6];
                FN(output_line_adjoint)(half[y], o);
                for (int x = 0; x < 6; x++) store(planes + (y * 6 + x) * plane + c, o[x]);
            }
        }
    }
}

inlined void FN(weights_line)(const vf g[3], vf u[6]) {
    vf s = (g[0] + g[2]) * (1.0f / 6), t = g[1] * (1.0f / 6), v = g[0] * (1.0f / 24) + g[2] * (1.0f / 6), w = g[1] * (1.0f / 12);
    u[0] = g[0] * 0.25f;
    u[1] = -s - t;
    u[2] = t - s;
    u[3] = v + w;
    u[4] = v - w;
    u[5] = g[2];
}

inlined void FN(weights_line_adjoint)(const vf u[6], vf g[3]) {
    vf s = (u[1] + u[2]) * (1.0f / 6), t = u[3] + u[4];
    g[0] = u[0] * 0.25f - s + t * (1.0f / 24);
    g[1] = (u[2] - u[1]) * (1.0f / 6) + (u[3] - u[4]) * (1.0f / 12);
    g[2] = t * (1.0f / 6) - s + u[5];
}

static void FN(winograd_weights)(const tmp_train_weights *w, int32_t first, int32_t count, float *planes, ptrdiff_t plane) {
    for (int k = first; k < first + count; k++)
        for (int n = 0; n < w->n; n += 16) {
            float *to = planes + (n / 32 * (ptrdiff_t)w->k + k) * 32 + n % 32;
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
            for (int y = 0; y < 6; y++) {
                vf o[6];
                FN(weights_line)(half[y], o);
                for (int x = 0; x < 6; x++) store(to + (y * 6 + x) * plane, o[x]);
            }
        }
}

static void FN(winograd_weights_adjoint)(const tmp_train_weights *w, int32_t first, int32_t count, const float *planes, ptrdiff_t plane,
                                         float *gradient) {
    for (int k = first; k < first + count && k < w->used_k; k++)
        for (int n = 0; n < w->used_n; n += 16) {
            const float *from = planes + (ptrdiff_t)k * w->n + n;
            vf half[6][3], g[3][3];
            for (int y = 0; y < 6; y++) {
                vf u[6];
                for (int x = 0; x < 6; x++) u[x] = load(from + (y * 6 + x) * plane);
                FN(weights_line_adjoint)(u, half[y]);
            }
            for (int x = 0; x < 3; x++) {
                vf u[6], o[3];
                for (int y = 0; y < 6; y++) u[y] = half[y][x];
                FN(weights_line_adjoint)(u, o);
                for (int y = 0; y < 3; y++) g[y][x] = o[y];
            }
            for (int l = 0; l < 16 && n + l < w->used_n; l++) {
                float *to = gradient + (n + l) * w->n_stride + k * w->k_stride;
                for (int i = 0; i < 9; i++) to[i] = g[i / 3][i % 3][l];
            }
        }
}
