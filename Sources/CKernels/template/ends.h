// The first and the last convolution, which read and write packed RGB bytes. Their tall kernels are cut into groups of
// three rows, and each group is F(3, 3) down the columns (points 0, 1, -1, 2, infinity): 5 products of rows instead of 9.
// Groups are three rows apart, as tiles are, so that a transformed tile serves every group.
//
// The last layer's columns are (x-tap, output): one row of products serves all x-taps by shifted addition.
//
// bfloat16 holds a byte but not four times one: there, and where products cost next to nothing, a tile is one plain row.
#if ARITHMETIC == 2
#define TILE 1
#define POINTS 1
#else
#define TILE 3
#define POINTS 5
#endif
#define STRIP_COLUMNS (4 * ROWS)  // output pixels a multiply call covers: their sums stay in L1
#define TILE_INPUTS POINTS  // rows that a tile sees: TILE outputs of TILE taps
INLINE int end_groups(int kernel) { return (kernel + TILE - 1) / TILE; }
INLINE int is_last(int outputs) { return outputs == 3; }
INLINE int end_columns(int kernel, int outputs) { return (int)round_up(is_last(outputs) ? 3 * kernel : outputs, BLOCK); }
INLINE size_t end_units(int kernel, int inputs, int outputs) { return is_last(outputs) ? (size_t)inputs / UNIT : ((size_t)kernel * inputs + UNIT - 1) / UNIT; }

static size_t NAME(end_packed_bytes)(int kernel, int inputs, int outputs) {
    return POINTS * end_groups(kernel) * end_units(kernel, inputs, outputs) * end_columns(kernel, outputs) * 4 + PREFETCHED;
}
static size_t NAME(end_scales)(int kernel, int outputs) { return (size_t)POINTS * end_columns(kernel, outputs); }

// G g.
INLINE double end_weight(const double g[3], int point) {
    if (TILE == 1) return g[0];
    switch (point) {
        case 0: return g[0] / 2;
        case 1: return -(g[0] + g[1] + g[2]) / 2;
        case 2: return -(g[0] - g[1] + g[2]) / 6;
        case 3: return (g[0] + 2 * g[1] + 4 * g[2]) / 6;
        default: return g[2];
    }
}
// The most that a transformed value can be, as a multiple of the largest input: of any sign, or not negative.
static const float end_reach[2][5] = {{6, 4, 6, 2, 6}, {3, 3, 3, 1, 3}};

// -> [column block][point][group][unit][BLOCK][UNIT]. First layer: a unit's values run x-tap, then channel; last: channel.
static void NAME(end_pack)(const float *weights, int kernel, int inputs, int outputs, void *packed, float *weight_scale) {
    operand *out = packed;
    const int groups = end_groups(kernel), last = is_last(outputs), columns = last ? 3 * kernel : outputs;
    const size_t units = end_units(kernel, inputs, outputs);
    memset(packed, 0, NAME(end_packed_bytes)(kernel, inputs, outputs));
    for (int column = 0; column < columns; column++)
        for (int point = 0; point < POINTS; point++) {
            const int o = last ? column % 3 : column, x_begin = last ? column / 3 : 0, x_end = last ? x_begin + 1 : kernel;
            double total = 0, largest = 0, scale = 1;
            for (int pass = INTEGER ? 0 : 1; pass < 2; pass++) {
                for (int group = 0; group < groups; group++)
                    for (int x = x_begin; x < x_end; x++)
                        for (int c = 0; c < inputs; c++) {
                            double g[3] = {0};
                            for (int i = 0; i < TILE; i++) {
                                int y = TILE * group + i;
                                g[i] = y < kernel ? weights[(((size_t)o * inputs + c) * kernel + y) * kernel + x] : 0;
                            }
                            double value = end_weight(g, point);
                            if (pass == 0) {
                                double magnitude = __builtin_fabs(value);
                                total += magnitude;
                                largest = magnitude > largest ? magnitude : largest;
                                continue;
                            }
#if INTEGER
                            value = __builtin_rint(value / scale);
#endif
                            size_t i = (size_t)(x - x_begin) * inputs + c;
                            size_t unit = (((size_t)(column / BLOCK) * POINTS + point) * groups + group) * units + i / UNIT;
                            out[(unit * BLOCK + column % BLOCK) * UNIT + i % UNIT] = to_operand(value);
                        }
#if INTEGER
                if (pass == 0) {
                    const size_t terms = (size_t)groups * inputs * (x_end - x_begin);
                    scale = operand_scale(total, largest, terms, last ? LARGEST_OPERAND : 255 * 6);
                    weight_scale[(size_t)point * end_columns(kernel, outputs) + column] = (float)scale;
                }
#else
                (void)weight_scale;
#endif
            }
            (void)total, (void)largest, (void)scale;
        }
}

typedef struct {
    size_t row, tile_row, tiles, sums, strip, lines, bytes;
} end_layout;

// For a stripe of `width` outputs: (first) the float rows of a tile; `groups` transformed tiles; a strip of sums; (last)
// the lines of products of a tile.
INLINE end_layout end_layout_of(int kernel, int width, int channels, int outputs) {
    end_layout l;
    const size_t values = ((size_t)width + kernel - 1) * channels + VL, columns = end_columns(kernel, outputs);
    l.row = plane_bytes(values * 4);
    l.tile_row = plane_bytes(values * sizeof(operand) + 64);
    l.tiles = is_last(outputs) ? 0 : TILE_INPUTS * l.row;
    l.sums = l.tiles + end_groups(kernel) * POINTS * l.tile_row;
    l.strip = (size_t)STRIP_COLUMNS * columns * 4;
    l.lines = l.sums + POINTS * l.strip;
    l.bytes = l.lines + (is_last(outputs) ? TILE * ((size_t)width + kernel) * columns * 4 : 0) + 128;
    return l;
}
static size_t NAME(end_scratch)(int kernel, int width, int channels, int outputs) { return end_layout_of(kernel, width, channels, outputs).bytes; }

// B^T over the rows of a tile, stored as operands.
INLINE void end_points(const vf d[TILE_INPUTS], const float factor[POINTS], operand *to, size_t tile_row) {
#if TILE == 1
    vf t[POINTS] = {d[0]};
#else
    vf a = d[0], b = d[1], c = d[2], e = d[3], f = d[4];
    vf t[POINTS] = {(a - c) * 2.0f + (e - b), e - c - b * 2.0f, e - c * 3.0f + b * 2.0f, e - b, f - c + (b - e) * 2.0f};
#endif
    UNROLL for (int p = 0; p < POINTS; p++) {
#if INTEGER
        t[p] *= factor[p];
#endif
        store_operand((operand *)((char *)to + p * tile_row), t[p]);
    }
    (void)factor;
}

// Pixels `from` to `to` (reflected where outside) of row `y` of the frame, itself reflected right and below to `width` x
// `height` first.
static void NAME(load_frame_row)(const tmp_frame *frame, int width, int height, int y, int from, int to, float *row) {
    const uint8_t *bytes = frame->bytes + (size_t)reflect(reflect(y, height), frame->height) * frame->stride;
    const int inside_from = from < 0 ? 0 : from, inside_to = to < frame->width ? to : frame->width;
    for (int i = 3 * inside_from; i < 3 * inside_to; i++) row[i - 3 * from] = bytes[i];
    for (int x = from; x < to; x++) {
        if (x == inside_from && inside_to > x) x = inside_to;
        if (x >= to) break;
        const uint8_t *pixel = bytes + 3 * (size_t)reflect(reflect(x, width), frame->width);
        for (int i = 0; i < 3; i++) row[3 * (x - from) + i] = pixel[i];
    }
}

// One tile of the first layer: rows from `y`, pixels from `from` to `to`; `rows` is a ring, `next` the row it lacks.
static void NAME(first_tile)(const tmp_load *l, const tmp_frame *frame, int y, int *next, int from, int to, int last_row, char *rows, size_t row_bytes, char *tile, size_t tile_row, const float factor[POINTS]) {
    const float *d[TILE_INPUTS];
    for (; *next < y + TILE_INPUTS; (*next)++) {
        float *row = (float *)(rows + (size_t)((*next + 20) % TILE_INPUTS) * row_bytes);
        NAME(load_frame_row)(frame, l->width, l->height, *next < last_row ? *next : last_row, from, to, row);
        store_f(row + 3 * (size_t)(to - from), (vf)(0.0f));  // meets zero weights, and must be a number
    }
    for (int i = 0; i < TILE_INPUTS; i++) d[i] = (const float *)(rows + (size_t)((y + i + 20) % TILE_INPUTS) * row_bytes);
    for (size_t i = 0; i < 3 * (size_t)(to - from) + UNIT - 1; i += VL) {
        vf v[TILE_INPUTS];
        UNROLL for (int k = 0; k < TILE_INPUTS; k++) v[k] = load_f(d[k] + i);
        end_points(v, factor, (operand *)tile + i, tile_row);
    }
}

// One tile of the last layer, straight from the map.
static void NAME(last_tile)(const tmp_load *l, int y, int from, int to, int last_row, char *tile, size_t tile_row, const float factor[POINTS]) {
    const int channels = l->channels;
    const vf floor = load_floor(l);
    size_t line[TILE_INPUTS];
    for (int i = 0; i < TILE_INPUTS; i++) line[i] = (size_t)reflect(y + i < last_row ? y + i : last_row, l->height) * l->width * channels;
    operand *out = (operand *)tile;
    for (int x = from; x < to; x++, out += channels) {
        const size_t column = (size_t)reflect(x, l->width) * channels;
        for (int c = 0; c < channels; c += VL) {
            vf v[TILE_INPUTS];
            UNROLL for (int k = 0; k < TILE_INPUTS; k++) v[k] = l->skip ? load_value(l, line[k] + column + c, c, floor, 1) : load_value(l, line[k] + column + c, c, floor, 0);
            end_points(v, factor, out + c, tile_row);
        }
    }
}

// A^T: the output rows of a tile from the sums at its points.
INLINE void end_outputs(const char *sums, size_t strip, const vf scale[POINTS], vf out[TILE]) {
    vf m[POINTS];
    UNROLL for (int p = 0; p < POINTS; p++) {
        m[p] = to_float(load_accumulator(sums + p * strip));
#if INTEGER
        m[p] *= scale[p];
#endif
    }
    (void)scale;
#if TILE == 1
    out[0] = m[0];
#else
    out[0] = m[0] + m[1] + m[2] + m[3];
    out[1] = m[1] - m[2] + m[3] * 2.0f;
    out[2] = m[1] + m[2] + m[3] * 4.0f + m[4];
#endif
}

// What the sums of column block `b` are worth at each point.
INLINE void end_scale(const tmp_end *job, const float factor[POINTS], int column, vf scale[POINTS]) {
    const int columns = end_columns(job->kernel, job->outputs);
    UNROLL for (int p = 0; p < POINTS; p++) scale[p] = INTEGER ? load_f(job->weight_scale + (size_t)p * columns + column) * (1 / factor[p]) : (vf)(1.0f);
}

// A tile's output rows of the first layer, `n` pixels from `x`.
static void NAME(store_first)(const tmp_end *job, int y, int rows, int x, int n, const char *sums, size_t strip, const float factor[POINTS], tmp_statistics statistics) {
    const int columns = end_columns(job->kernel, job->outputs), outputs = job->outputs;
    const size_t line = (size_t)job->load.width * outputs;
    for (int c = 0; c < outputs; c += VL) {
        vf scale[POINTS];
        lane_statistics counted;
        end_scale(job, factor, c, scale);
        element *to = (element *)job->map + ((size_t)y * job->load.width + x) * outputs + c;
        for (int i = 0; i < n; i++) {
            vf out[TILE];
            end_outputs(sums + ((size_t)i * columns + c) * 4, strip, scale, out);
            if (i == 0) counted = statistics_about(out[0]);
            for (int r = 0; r < rows; r++) {
                count_value(&counted, out[r]);
                store_map(to + r * line + (size_t)i * outputs, out[r]);
            }
        }
        add_statistics(statistics, c, counted, n * rows);
    }
}

typedef float quad __attribute__((ext_vector_type(4)));
typedef float quad_unaligned __attribute__((ext_vector_type(4), aligned(4)));
typedef int32_t quad_i __attribute__((ext_vector_type(4)));
typedef uint8_t quad_b __attribute__((ext_vector_type(4)));

// Shifted addition of one line of products, then bytes (or values).
static void NAME(store_last)(const tmp_end *job, const tmp_frame *frame, float *values, int y, int x0, int x1, const float *line) {
    const int columns = end_columns(job->kernel, 3), kernel = job->kernel;
    const quad bias = {job->bias[0], job->bias[1], job->bias[2], 0};
    uint8_t *bytes = frame->bytes + (size_t)y * frame->stride;
    const int enlargement = job->picture.bytes ? job->enlargement : 1;
    const uint8_t *pixel = job->picture.bytes ? job->picture.bytes + (size_t)(y / enlargement) * job->picture.stride + 3 * (size_t)(x0 / enlargement) : NULL;
    int left = enlargement - x0 % enlargement;  // outputs that `pixel` still counts for
    for (int x = x0; x < x1; x++) {
        quad v = bias;
        if (pixel) {
            v += (quad){pixel[0], pixel[1], pixel[2], 0};
            if (--left == 0) {
                left = enlargement;
                pixel += 3;
            }
        }
        const float *product = line + (size_t)(x - x0) * columns;
        for (int k = 0; k < kernel; k++, product += columns + 3) v += *(const quad_unaligned *)product;
        if (values) {
            for (int i = 0; i < 3; i++) values[((size_t)y * frame->width + x) * 3 + i] = v[i];
            continue;
        }
        v = __builtin_elementwise_min(__builtin_elementwise_max(v, (quad)(0.0f)), (quad)(255.0f));
        quad_b b = __builtin_convertvector(__builtin_convertvector(__builtin_elementwise_rint(v), quad_i), quad_b);
        memcpy(bytes + 3 * x, &b, 3);
    }
}

// Outputs x0..<x1 of rows y0..<y1.
INLINE void end_layer(const tmp_end *job, const tmp_frame *frame, float *values, int x0, int x1, int y0, int y1, void *scratch, const tmp_statistics *statistics) {
    const tmp_load *l = &job->load;
    const int kernel = job->kernel, pad = kernel / 2, channels = l->channels, groups = end_groups(kernel), last = is_last(job->outputs);
    const int positions = last ? x1 - x0 + kernel - 1 : x1 - x0, columns = end_columns(kernel, job->outputs);
    const size_t units = end_units(kernel, channels, job->outputs), pixel = (size_t)channels * sizeof(operand);
    char *base = (char *)(((uintptr_t)scratch + 63) & ~(uintptr_t)63);
    const end_layout at = end_layout_of(kernel, x1 - x0, channels, job->outputs);
    char *sums = base + at.sums;
    float *lines = (float *)(base + at.lines), factor[POINTS];
    const size_t line = ((size_t)(x1 - x0) + kernel) * columns;
    for (int p = 0; p < POINTS; p++) factor[p] = last ? job->load_scale / end_reach[l->relu != 0][p] : 1;

    int row = y0 - pad, tile = y0 / TILE;  // the next of each to make; a tile begins at row TILE * tile - pad
    const int last_row = l->height - 1 + pad;  // rows below only meet zero weights or unused outputs
    for (int y = y0; y < y1; y += TILE) {
        for (; tile < y / TILE + groups; tile++) {
            char *to = base + at.tiles + (size_t)(tile % groups) * POINTS * at.tile_row;
            if (last) NAME(last_tile)(l, TILE * tile - pad, x0 - pad, x1 + pad, last_row, to, at.tile_row, factor);
            else NAME(first_tile)(l, frame, TILE * tile - pad, &row, x0 - pad, x1 + pad, last_row, base, at.row, to, at.tile_row, factor);
        }
        const int rows = y1 - y < TILE ? y1 - y : TILE;
        for (int x = 0; x < positions; x += STRIP_COLUMNS) {
            const int n = positions - x < STRIP_COLUMNS ? positions - x : STRIP_COLUMNS;
            for (int b = 0; b < columns / BLOCK; b++)
                for (int p = 0; p < POINTS; p++) {
                    const char *segment[16];
                    for (int g = 0; g < groups; g++)
                        segment[g] = base + at.tiles + ((size_t)((y / TILE + g) % groups) * POINTS + p) * at.tile_row + x * pixel;
                    const char *weights = (const char *)job->weights + ((size_t)b * POINTS + p) * groups * units * BLOCK * 4;
                    NAME(multiply_block)(n, 2, segment, groups, (int)units, pixel, weights, sums + p * at.strip + b * BLOCK * 4, (size_t)columns * 4);
                }
            if (!last) {
                NAME(store_first)(job, y, rows, x0 + x, n, sums, at.strip, factor, *statistics);
                continue;
            }
            for (int c = 0; c < columns; c += VL) {
                vf scale[POINTS];
                end_scale(job, factor, c, scale);
                for (int i = 0; i < n; i++) {
                    vf out[TILE];
                    end_outputs(sums + ((size_t)i * columns + c) * 4, at.strip, scale, out);
                    UNROLL for (int r = 0; r < TILE; r++) store_f(lines + r * line + (size_t)(x + i) * columns + c, out[r]);
                }
            }
        }
        if (last)
            for (int r = 0; r < rows; r++) NAME(store_last)(job, frame, values, y + r, x0, x1, lines + r * line);
    }
}

static void NAME(first)(const tmp_end *job, const tmp_frame *frame, int x0, int x1, int y0, int y1, void *scratch, tmp_statistics statistics) {
    end_layer(job, frame, NULL, x0, x1, y0, y1, scratch, &statistics);
}

static void NAME(last)(const tmp_end *job, const tmp_frame *frame, float *values, int x0, int x1, int y0, int y1, void *scratch) {
    end_layer(job, frame, values, x0, x1, y0, y1, scratch, NULL);
}
