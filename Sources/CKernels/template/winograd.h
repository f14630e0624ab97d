// Winograd convolutions (Lavin and Gray 2016) on the points 0, ±3/4, ±3/2, infinity: of the point sets tried, the one with
// the least error in 16 bits. A window of 6x6 inputs gives, by 36 products instead of 144 or 100,
//   TMP_SAME  4x4 outputs of a 3x3 convolution, F(4x4, 3x3);
//   TMP_UP    5x5 outputs of each of the four 2x2 convolutions that nearest x2 and a 3x3 convolution come to, F(5x5, 2x2).
//             Phase 1 of a direction sees inputs i, i + 1 where phase 0 sees i - 1, i: from one window it gives the outputs
//             one to the left;
//   TMP_DOWN  5x5 outputs of a 3x3 convolution with stride 2, as a 2x2 convolution over the map's four phases.
#define P 0.75f
#define Q 1.5f
#define P2 (P * P)
#define Q2 (Q * Q)

INLINE int winograd_step(int mode) { return mode == TMP_SAME ? 4 : 5; }
INLINE int winograd_inputs(int mode, int channels) { return mode == TMP_DOWN ? 4 * channels : channels; }
INLINE int winograd_columns(int mode, int outputs) { return mode == TMP_UP ? 4 * outputs : outputs; }

// B^T d: six values at the six points. In int16 those at ±Q come with a factor that brings all points to one range, the
// lengths of B's rows being 3.24, 3.08 and 2.07, so that one scale a tile serves all 36 products; the weights lack it.
#if INTEGER
#define Q_FACTOR 1.5f
#else
#define Q_FACTOR 1.0f
#endif
INLINE void points_of_input(const vf d[6], vf t[6]) {
    vf e = d[4] - d[2] * Q2, f = (d[3] - d[1] * Q2) * P;
    vf g = d[4] * Q_FACTOR - d[2] * (P2 * Q_FACTOR), h = (d[3] - d[1] * P2) * (Q * Q_FACTOR);
    t[0] = d[0] * (P2 * Q2) + (d[4] - d[2] * (P2 + Q2));
    t[1] = e + f;
    t[2] = e - f;
    t[3] = g + h;
    t[4] = g - h;
    t[5] = d[1] * (P2 * Q2) + (d[5] - d[3] * (P2 + Q2));
}

// A^T m: `step` outputs from the six points.
INLINE void outputs_of_points(const int step, const vf m[6], vf y[5]) {
    vf s = m[1] + m[2], d = m[1] - m[2], u = m[3] + m[4], v = m[3] - m[4];
    y[0] = m[0] + s + u;
    y[1] = d * P + v * Q;
    y[2] = s * P2 + u * Q2;
    y[3] = d * (P2 * P) + v * (Q2 * Q);
    if (step == 4) y[3] += m[5];
    else y[4] = s * (P2 * P2) + u * (Q2 * Q2) + m[5];
}

// G g: `taps` weights at the six points.
static void points_of_weights(const double *g, int taps, double t[6]) {
    static const double points[5] = {0, P, -P, Q, -Q};
    for (int i = 0; i < 5; i++) {
        double divisor = 1, value = 0;
        for (int j = 0; j < 5; j++) divisor *= j == i ? 1 : points[i] - points[j];
        for (int k = taps - 1; k >= 0; k--) value = value * points[i] + g[k];
        t[i] = value / divisor;
    }
    t[5] = g[taps - 1];
}

// Whether tap `tap` of the 3 counts to tap `folded` of the 2 of a phase.
INLINE int folds(int mode, int phase, int tap, int folded) {
    if (mode == TMP_UP) return phase == 0 ? (tap > 0) == folded : (tap > 1) == folded;
    return phase == 0 ? tap == 1 && folded == 1 : tap == 2 * folded;
}

// The 36 products' weights of one input and one output of the (folded) convolution.
static void winograd_weights(const float *weights, int mode, int inputs, int outputs, int column, int channel, double u[36]) {
    const int taps = mode == TMP_SAME ? 3 : 2, phase = mode == TMP_UP ? column / outputs : mode == TMP_DOWN ? channel / inputs : 0;
    const float *w = weights + ((size_t)(column % outputs) * inputs + channel % inputs) * 9;
    double g[3][3] = {{0}}, half[3][6];
    for (int y = 0; y < 3; y++)
        for (int x = 0; x < 3; x++) {
            if (mode == TMP_SAME) {
                g[x][y] = w[3 * y + x];
                continue;
            }
            for (int fy = 0; fy < 2; fy++)
                for (int fx = 0; fx < 2; fx++)
                    if (folds(mode, phase / 2, y, fy) && folds(mode, phase % 2, x, fx)) g[fx][fy] += w[3 * y + x];
        }
    for (int x = 0; x < taps; x++) points_of_weights(g[x], taps, half[x]);
    for (int i = 0; i < 6; i++) {
        double row[3];
        for (int x = 0; x < taps; x++) row[x] = half[x][i];
        points_of_weights(row, taps, u + 6 * i);
    }
}

INLINE float point_factor(int i) { return i == 3 || i == 4 ? Q_FACTOR : 1; }

typedef struct {
    size_t v_plane, m_plane, m, values, scale, bytes;
} winograd_layout;

// `channels` as loaded.
INLINE winograd_layout layout_of(int channels, int count) {
    winograd_layout l;
    l.v_plane = plane_bytes((size_t)count * channels * sizeof(operand));
    l.m_plane = plane_bytes((size_t)count * BLOCK * 4);
    l.m = 36 * l.v_plane;
    l.values = l.m + 36 * l.m_plane;
    l.scale = l.values + (INTEGER ? round_up(36 * (size_t)channels * 4, 64) : 0);
    l.bytes = l.scale + round_up((size_t)count * 4, 64) + 64;
    return l;
}
static size_t NAME(winograd_scratch)(tmp_mode mode, int inputs, int count) { return layout_of(winograd_inputs(mode, inputs), count).bytes + 64; }

static size_t NAME(winograd_packed_bytes)(tmp_mode mode, int inputs, int outputs) {
    return 36 * (size_t)winograd_inputs(mode, inputs) * round_up(winograd_columns(mode, outputs), VL) * sizeof(operand) + PREFETCHED;
}
static size_t NAME(winograd_scales)(tmp_mode mode, int outputs) { return 36 * (size_t)winograd_columns(mode, outputs); }

// Vectors of columns in block `block`: 2, or the last of an odd number.
INLINE int winograd_vectors(int mode, int outputs, int block) { return winograd_columns(mode, outputs) - block * BLOCK > VL ? 2 : 1; }

// Packed as [column block][point][unit][column][UNIT].
static void NAME(winograd_pack)(const float *weights, tmp_mode mode, int inputs, int outputs, void *packed, float *weight_scale) {
    operand *out = packed;
    const int channels = winograd_inputs(mode, inputs), columns = winograd_columns(mode, outputs);
    memset(packed, 0, NAME(winograd_packed_bytes)(mode, inputs, outputs));
    for (int o = 0; o < columns; o++) {
        double largest[36] = {0}, total[36] = {0}, u[36];
        for (int pass = INTEGER ? 0 : 1; pass < 2; pass++) {
            for (int c = 0; c < channels; c++) {
                winograd_weights(weights, mode, inputs, outputs, o, c, u);
                for (int k = 0; k < 36; k++) {
                    double value = u[k];
#if INTEGER
                    value /= point_factor(k / 6) * point_factor(k % 6);
                    double magnitude = __builtin_fabs(value);
                    if (pass == 0) {
                        total[k] += magnitude;
                        largest[k] = magnitude > largest[k] ? magnitude : largest[k];
                        continue;
                    }
                    value = __builtin_rint(value / weight_scale[(size_t)k * columns + o]);
#endif
                    const int block = o / BLOCK, width = winograd_vectors(mode, outputs, block) * VL;
                    const size_t units = channels / UNIT, unit = k * units + c / UNIT;
                    out[block * 36 * units * BLOCK * UNIT + (unit * width + o % BLOCK) * UNIT + c % UNIT] = to_operand(value);
                }
            }
#if INTEGER
            if (pass == 0)
                for (int k = 0; k < 36; k++) weight_scale[(size_t)k * columns + o] = operand_scale(total[k], largest[k], channels, LARGEST_OPERAND);
#endif
        }
        (void)largest, (void)total, (void)weight_scale;
    }
}

// One tile's 6x6 inputs at the 36 points, for all channels.
INLINE void transform_input(const tmp_winograd *job, int ty, int tx, int index, char *v, winograd_layout at, char *scratch, const int mode, const int has_skip, const int keep) {
    const tmp_load *l = &job->load;
    const int h = l->height, w = l->width, channels = l->channels, all = winograd_inputs(mode, channels), step = winograd_step(mode);
    size_t row[6], column[6];
    for (int i = 0; i < 6; i++) {
        int y = step * ty - 1 + i, x = step * tx - 1 + i;
        if (mode == TMP_SAME) {
            // What lies past the reflection only meets outputs that are not kept.
            y = y > h ? h - 1 : reflect(y, h);
            x = x > w ? w - 1 : reflect(x, w);
        } else {
            const int far = mode == TMP_DOWN ? 2 : 1, last_y = h / far - 1, last_x = w / far - 1;
            y = (y < 0 ? 0 : y < last_y ? y : last_y) * far;
            x = (x < 0 ? 0 : x < last_x ? x : last_x) * far;
        }
        row[i] = (size_t)y * w * channels;
        column[i] = (size_t)x * channels;
        HIDE(row[i]);
        HIDE(column[i]);
    }
    const int inside_y = h - step * ty, inside_x = w - step * tx;
    vf floor = load_floor(l);
#if INTEGER
    vf largest = (vf)(0.0f);
    // Floats at first: the tile's scale is known when all are there.
    char *points = scratch + at.values;
    size_t point = all * sizeof(float), size = sizeof(float);
#else
    char *points = v + (size_t)index * all * sizeof(operand);
    size_t point = at.v_plane, size = sizeof(operand);
#endif
    // Or the compiler holds the addresses of a tile's 36 places in memory, for want of registers, or multiplies anew for each.
    HIDE(point);
    for (int first = 0; first < all; first += VL) {
        const int phase = mode == TMP_DOWN ? first / channels : 0, c = mode == TMP_DOWN ? first % channels : first;
        const size_t shift = (size_t)(phase / 2) * w * channels + (size_t)(phase % 2) * channels + c;
        const vf scale = load_f(l->scale + c), offset = load_f(l->shift + c);
        vf t[6][6];
        UNROLL for (int j = 0; j < 6; j++) {
            const element *map = (const element *)l->map + column[j] + shift, *skip = has_skip ? (const element *)l->skip + column[j] + shift : map;
            element *sum = keep ? (element *)l->sum + column[j] + shift : NULL;
            vf d[6], p[6];
            UNROLL for (int i = 0; i < 6; i++) {
                d[i] = normalized(map + row[i], skip + row[i], scale, offset, floor, has_skip);
                if (keep && i > 0 && i < 5 && j > 0 && j < 5 && i <= inside_y && j <= inside_x) store_map(sum + row[i], d[i]);
            }
            points_of_input(d, p);
            UNROLL for (int i = 0; i < 6; i++) t[i][j] = p[i];
        }
        UNROLL for (int i = 0; i < 6; i++) {
            vf p[6];
            points_of_input(t[i], p);
            char *to = points + 6 * i * point + first * size;
            HIDE(to);
            UNROLL for (int j = 0; j < 6; j++) {
#if INTEGER
                largest = largest_magnitude(largest, p[j]);
                store_f((float *)(to + j * point), p[j]);
#else
                store_operand((operand *)(to + j * point), p[j]);
#endif
            }
        }
    }
#if INTEGER
    float most = most_f(largest);
    if (!(most > 1e-30f)) most = 1e-30f;
    ((float *)(scratch + at.scale))[index] = most / (LARGEST_OPERAND - 1);
    vf factor = (vf)((LARGEST_OPERAND - 1) / most);
    const float *values = (const float *)points;
    char *plane = v + (size_t)index * all * sizeof(operand);
    for (int k = 0; k < 36; k++, values += all, plane += at.v_plane) {
        operand *to = (operand *)plane;
        int c = 0;
        for (; c + 2 * VL <= all; c += 2 * VL) store_operands(to + c, load_f(values + c) * factor, load_f(values + c + VL) * factor);
        if (c < all) store_operand(to + c, load_f(values + c) * factor);
    }
#else
    (void)scratch;
#endif
}

static void NAME(transform_inputs)(const tmp_winograd *job, int first, int count, char *v, winograd_layout at, char *scratch) {
    const int has_skip = job->load.skip != NULL, keep = job->load.sum != NULL;
    const int across = tmp_winograd_tiles(job->mode, job->load.width);
#define FOR_TILES(mode, has_skip, keep) \
    for (int t = 0; t < count; t++) transform_input(job, (first + t) / across, (first + t) % across, t, v, at, scratch, mode, has_skip, keep)
    if (job->mode == TMP_UP) {
        if (has_skip) FOR_TILES(TMP_UP, 1, 0);
        else FOR_TILES(TMP_UP, 0, 0);
    } else if (job->mode == TMP_DOWN) {
        if (has_skip) FOR_TILES(TMP_DOWN, 1, 0);
        else FOR_TILES(TMP_DOWN, 0, 0);
    } else if (keep) {
        if (has_skip) FOR_TILES(TMP_SAME, 1, 1);
        else FOR_TILES(TMP_SAME, 0, 1);
    } else {
        if (has_skip) FOR_TILES(TMP_SAME, 1, 0);
        else FOR_TILES(TMP_SAME, 0, 0);
    }
#undef FOR_TILES
}

// One block of columns: the 36 products of each tile to its outputs.
INLINE void transform_output(const tmp_winograd *job, int first, int count, int block, const char *m, winograd_layout at, const char *scratch, tmp_statistics statistics, const int mode) {
    const int step = winograd_step(mode), channels = job->outputs, columns = winograd_columns(mode, channels);
    const int h = mode == TMP_DOWN ? job->load.height / 2 : job->load.height, w = mode == TMP_DOWN ? job->load.width / 2 : job->load.width;
    const int far = mode == TMP_UP ? 2 : 1;  // output pixels from one to the next of a phase
    const int across = tmp_winograd_tiles(mode, job->load.width);
    size_t point = 6 * at.m_plane, scales = 6 * (size_t)columns;
    HIDE(point);
    HIDE(scales);
    for (int g = 0; g < BLOCK && block * BLOCK + g < columns; g += VL) {
        const int column = block * BLOCK + g, phase = column / channels, channel = column % channels, dy = phase / 2, dx = phase % 2;
        lane_statistics counted;
        int values = 0;
        for (int t = 0; t < count; t++) {
            const char *product = m + ((size_t)t * BLOCK + g) * 4;
            vf z[5][6], out[5][5];
            UNROLL for (int j = 0; j < 6; j++) {
                vf p[6], y[5];
                const char *from = product + j * at.m_plane;
                HIDE(from);
#if INTEGER
                const float *factor = job->weight_scale + (size_t)j * columns + column;
                HIDE(factor);
#endif
                UNROLL for (int i = 0; i < 6; i++) {
                    p[i] = to_float(load_accumulator(from + i * point));
#if INTEGER
                    p[i] *= load_f(factor + i * scales);
#endif
                }
                outputs_of_points(step, p, y);
                UNROLL for (int i = 0; i < step; i++) z[i][j] = y[i];
            }
            UNROLL for (int i = 0; i < step; i++) outputs_of_points(step, z[i], out[i]);
#if INTEGER
            const vf scale = (vf)(((const float *)(scratch + at.scale))[t]);
            UNROLL for (int i = 0; i < step; i++) UNROLL for (int j = 0; j < step; j++) out[i][j] *= scale;
#endif
            const int y0 = step * ((first + t) / across) - dy, y_begin = y0 < 0 ? 1 : 0, y_end = h - y0 < step ? h - y0 : step;
            const int x0 = step * ((first + t) % across) - dx, x_begin = x0 < 0 ? 1 : 0, x_end = w - x0 < step ? w - x0 : step;
            const ptrdiff_t line = (ptrdiff_t)w * far * channels;
            element *to = (element *)job->map + ((ptrdiff_t)(y0 * far + dy) * w * far + x0 * far + dx) * channels + channel;
            if (t == 0) counted = statistics_about(out[1][1]);
            values += (y_end - y_begin) * (x_end - x_begin);
#define EMIT(i, j) \
    do { \
        count_value(&counted, out[i][j]); \
        store_map(to + (i) * far * line + (j) * far * channels, out[i][j]); \
    } while (0)
            if (y_begin + x_begin == 0 && y_end == step && x_end == step) {
                UNROLL for (int i = 0; i < step; i++) UNROLL for (int j = 0; j < step; j++) EMIT(i, j);
            } else {
                for (int i = y_begin; i < y_end; i++)
                    for (int j = x_begin; j < x_end; j++) EMIT(i, j);
            }
#undef EMIT
        }
        add_statistics(statistics, channel, counted, values);
    }
    (void)scratch;
}

static void NAME(transform_outputs)(const tmp_winograd *job, int first, int count, int block, const char *m, winograd_layout at, const char *scratch, tmp_statistics statistics) {
    if (job->mode == TMP_SAME) transform_output(job, first, count, block, m, at, scratch, statistics, TMP_SAME);
    else if (job->mode == TMP_UP) transform_output(job, first, count, block, m, at, scratch, statistics, TMP_UP);
    else transform_output(job, first, count, block, m, at, scratch, statistics, TMP_DOWN);
}

static void NAME(winograd)(const tmp_winograd *job, int first, int count, void *scratch, tmp_statistics statistics) {
    const int channels = winograd_inputs(job->mode, job->load.channels), units = channels / UNIT;
    const int blocks = (winograd_columns(job->mode, job->outputs) + BLOCK - 1) / BLOCK;
    char *base = (char *)(((uintptr_t)scratch + 63) & ~(uintptr_t)63);
    winograd_layout at = layout_of(channels, count);
    char *m = base + at.m;
    NAME(transform_inputs)(job, first, count, base, at, base);
    for (int b = 0; b < blocks; b++) {
        const int vectors = winograd_vectors(job->mode, job->outputs, b);
        for (int k = 0; k < 36; k++) {
            const char *rows = base + k * at.v_plane;
            const char *weights = (const char *)job->weights + ((size_t)b * 36 * BLOCK + (size_t)k * vectors * VL) * units * 4;
            NAME(multiply_block)(count, vectors, &rows, 1, units, (size_t)channels * sizeof(operand), weights, m + k * at.m_plane, BLOCK * 4);
        }
        NAME(transform_outputs)(job, first, count, b, m, at, base, statistics);
    }
}
