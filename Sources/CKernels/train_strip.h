// Strips: a few rows of a map with its padding made explicit, so that the loops over them have no edges.

static void FN(gather)(const tmp_strip *s, const float *image, const float *mask, float *to) {
    for (int r = 0; r < s->row_count; r++)
        for (int x = 0; x < s->column_count; x++, to += s->channels) {
            ptrdiff_t at = (ptrdiff_t)s->rows[r] + s->columns[x];
            int zero = s->rows[r] < 0 || s->columns[x] < 0, c = 0;
            for (; c + 16 <= s->channels; c += 16)
                store(to + c, zero ? (vf){0} : mask ? select_positive(load(mask + at + c), load(image + at + c)) : load(image + at + c));
            for (; c < s->channels; c++) to[c] = zero || (mask && !(mask[at + c] > 0)) ? 0 : image[at + c];
        }
}

static void FN(fold)(const tmp_strip *s, const float *from, float *image) {
    for (int r = 0; r < s->row_count; r++)
        for (int x = 0; x < s->column_count; x++, from += s->channels) {
            if (s->rows[r] < 0 || s->columns[x] < 0) continue;
            float *to = image + s->rows[r] + s->columns[x];
            for (int c = 0; c < s->channels; c += 16) store(to + c, load(to + c) + load(from + c));
        }
}

#define SHUFFLE(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)

// 16x16 transpose: four rounds that swap halves of 1, 2, 4, 8 lanes between rows that far apart.
inlined void FN(transpose)(vf m[16]) {
#pragma clang loop unroll(full)
    for (int i = 0; i < 16; i += 2) {
        vf a = m[i], b = m[i + 1];
        m[i] = SHUFFLE(a, b, 0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30);
        m[i + 1] = SHUFFLE(a, b, 1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31);
    }
#pragma clang loop unroll(full)
    for (int k = 0; k < 8; k++) {
        int i = k / 2 * 4 + k % 2;
        vf a = m[i], b = m[i + 2];
        m[i] = SHUFFLE(a, b, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29);
        m[i + 2] = SHUFFLE(a, b, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31);
    }
#pragma clang loop unroll(full)
    for (int k = 0; k < 8; k++) {
        int i = k / 4 * 8 + k % 4;
        vf a = m[i], b = m[i + 4];
        m[i] = SHUFFLE(a, b, 0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27);
        m[i + 4] = SHUFFLE(a, b, 4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31);
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < 8; i++) {
        vf a = m[i], b = m[i + 8];
        m[i] = SHUFFLE(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
        m[i + 8] = SHUFFLE(a, b, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31);
    }
}

static void FN(planes)(const tmp_strip *s, const float *image, const float *mask, float *to, ptrdiff_t plane, ptrdiff_t pitch) {
    for (int r = 0; r < s->row_count; r++)
        for (int x = 0; x < s->column_count; x += 16)
            for (int c = 0; c < s->channels; c += 16) {
                vf m[16];
#pragma clang loop unroll(full)
                for (int i = 0; i < 16; i++) {
                    int inside = x + i < s->column_count && s->rows[r] >= 0 && s->columns[x + i] >= 0;
                    ptrdiff_t at = inside ? s->rows[r] + s->columns[x + i] + c : 0;
                    m[i] = !inside ? (vf){0} : mask ? select_positive(load(mask + at), load(image + at)) : load(image + at);
                }
                FN(transpose)(m);
#pragma clang loop unroll(full)
                for (int i = 0; i < 16; i++) store(to + (c + i) * plane + r * pitch + x, m[i]);
            }
}

static void FN(planar_convolve)(const tmp_planar *p, const float *planes, int32_t rows, float *to, ptrdiff_t to_row) {
    const int kernel = p->kernel;
    for (int y = 0; y < rows; y += PLANAR_ROWS)
        for (int x = 0; x < p->width; x += 16 * PLANAR_VECTORS) {
            vf acc[PLANAR_ROWS][3][PLANAR_VECTORS];
#pragma clang loop unroll(full)
            for (int r = 0; r < PLANAR_ROWS; r++)
                for (int o = 0; o < 3; o++)
                    for (int v = 0; v < PLANAR_VECTORS; v++) acc[r][o][v] = p->bias ? splat(p->bias[o]) : (vf){0};
            for (int c = 0; c < p->channels; c++)
                for (int r = 0; r < kernel + PLANAR_ROWS - 1; r++) {
                    const float *from = planes + c * p->plane + (y + r) * p->pitch + x;
                    // Kernel row of the first output row here; the next output row uses the one before it.
                    const float *w = p->weights + (c * kernel + r) * kernel * 3;
                    for (int i = 0; i < kernel; i++, w += 3) {
                        vf in[PLANAR_VECTORS];
#pragma clang loop unroll(full)
                        for (int v = 0; v < PLANAR_VECTORS; v++) in[v] = load(from + i + 16 * v);
#pragma clang loop unroll(full)
                        for (int k = 0; k < PLANAR_ROWS; k++) {
                            if (r < k || r - k >= kernel) continue;
                            for (int o = 0; o < 3; o++) {
                                vf weight = splat(w[o - k * kernel * 3]);
                                for (int v = 0; v < PLANAR_VECTORS; v++) acc[k][o][v] += weight * in[v];
                            }
                        }
                    }
                }
#pragma clang loop unroll(full)
            for (int r = 0; r < PLANAR_ROWS; r++) {
                if (y + r >= rows) break;
                float *out = to + (y + r) * to_row + x * 3, out16[3][16 * PLANAR_VECTORS];
                for (int o = 0; o < 3; o++)
                    for (int v = 0; v < PLANAR_VECTORS; v++) store(&out16[o][16 * v], acc[r][o][v]);
                int width = p->width - x < 16 * PLANAR_VECTORS ? p->width - x : 16 * PLANAR_VECTORS;
                for (int i = 0; i < width; i++)
                    for (int o = 0; o < 3; o++) out[i * 3 + o] = out16[o][i];
            }
        }
}
