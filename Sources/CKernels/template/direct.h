// Convolutions as they are written. Each row of the input becomes a row of operands once, in a ring of as many rows as the
// kernel has; the taps of one kernel row are then contiguous for every output, and the products need no other layout.
//
// Nearest x2 and a convolution come to four small ones, one an output phase, over the same pixels of the map: their columns
// stand side by side, (phase, output), and the bytes of a pixel's 2x2 outputs come out together.

// Pixels that a kernel row covers, on the map itself.
INLINE int direct_taps(int mode, int kernel) { return mode == TMP_UP ? (kernel / 2 + 1) / 2 * 2 + 1 : kernel; }
INLINE int direct_step(int mode) { return mode == TMP_DOWN ? 2 : 1; }
INLINE int direct_columns(int mode, int outputs) { return (int)round_up(mode == TMP_UP ? 4 * outputs : outputs, VL); }
INLINE size_t direct_units(int taps, int inputs) { return ((size_t)taps * inputs + UNIT - 1) / UNIT; }

static size_t NAME(direct_packed_bytes)(tmp_mode mode, int kernel, int inputs, int outputs) {
    const int taps = direct_taps(mode, kernel);
    return taps * direct_units(taps, inputs) * direct_columns(mode, outputs) * 4 + PREFETCHED;
}
static size_t NAME(direct_scales)(tmp_mode mode, int outputs) { return (size_t)direct_columns(mode, outputs); }

// The tap of the map's pixels that tap `tap` of the kernel falls on in `phase`: floor((phase + tap - kernel / 2) / 2).
INLINE int direct_folded(int mode, int kernel, int phase, int tap) {
    if (mode != TMP_UP) return tap;
    const int half = direct_taps(mode, kernel) / 2;
    return (phase + tap - kernel / 2 + 2 * half) / 2;
}

// The weight of one column, one input and one tap of the map's pixels.
static double direct_weight(const float *weights, int mode, int kernel, int inputs, int outputs, int column, int channel, int y, int x) {
    const int phase = column / outputs;
    const float *w = weights + ((size_t)(column % outputs) * inputs + channel) * kernel * kernel;
    double sum = 0;
    for (int ky = 0; ky < kernel; ky++)
        for (int kx = 0; kx < kernel; kx++)
            if (direct_folded(mode, kernel, phase / 2, ky) == y && direct_folded(mode, kernel, phase % 2, kx) == x) sum += w[ky * kernel + kx];
    return sum;
}

// -> [column block][row of taps][unit][column][UNIT]; a unit's values run tap, then channel.
static void NAME(direct_pack)(const float *weights, tmp_mode mode, int kernel, int inputs, int outputs, void *packed, float *weight_scale) {
    operand *out = packed;
    const int taps = direct_taps(mode, kernel), used = mode == TMP_UP ? 4 * outputs : outputs, columns = direct_columns(mode, outputs);
    const size_t units = direct_units(taps, inputs);
    memset(packed, 0, NAME(direct_packed_bytes)(mode, kernel, inputs, outputs));
    for (int column = 0; column < columns; column++) weight_scale[column] = 1;
    for (int column = 0; column < used; column++) {
        const int block = column / BLOCK * BLOCK, width = columns - block < BLOCK ? VL : BLOCK;
        operand *to = out + (size_t)block * taps * units * UNIT;
        double total = 0, largest = 0;
        for (int pass = INTEGER ? 0 : 1; pass < 2; pass++) {
            for (int y = 0; y < taps; y++)
                for (int x = 0; x < taps; x++)
                    for (int c = 0; c < inputs; c++) {
                        double value = direct_weight(weights, mode, kernel, inputs, outputs, column, c, y, x);
                        if (pass == 0) {
                            const double magnitude = __builtin_fabs(value);
                            total += magnitude;
                            largest = magnitude > largest ? magnitude : largest;
                            continue;
                        }
#if INTEGER
                        value = __builtin_rint(value / weight_scale[column]);
#endif
                        const size_t i = (size_t)x * inputs + c, unit = y * units + i / UNIT;
                        to[(unit * width + column - block) * UNIT + i % UNIT] = to_operand(value);
                    }
#if INTEGER
            if (pass == 0) weight_scale[column] = operand_scale(total, largest, (size_t)taps * taps * inputs, inputs == 3 ? 255 : LARGEST_OPERAND);
#endif
        }
        (void)total, (void)largest;
    }
}

typedef struct {
    size_t row, rows, sums, bytes;
} direct_layout;

// For a stripe of `width` outputs: a row of floats where bytes come in, the ring of operand rows, a strip of sums.
INLINE direct_layout direct_layout_of(int mode, int kernel, int width, int inputs, int outputs) {
    direct_layout l;
    const int taps = direct_taps(mode, kernel);
    const size_t values = ((size_t)(width - 1) * direct_step(mode) + taps) * inputs + VL;
    l.row = plane_bytes(values * sizeof(operand) + 64);
    l.rows = inputs == 3 ? plane_bytes(values * 4) : 0;
    l.sums = l.rows + taps * l.row;
    l.bytes = l.sums + (size_t)STRIP_COLUMNS * direct_columns(mode, outputs) * 4 + 128;
    return l;
}
static size_t NAME(direct_scratch)(tmp_mode mode, int kernel, int width, int inputs, int outputs) { return direct_layout_of(mode, kernel, width, inputs, outputs).bytes; }

// Position `i` of a line of `n` continued by its mirror image: with the ends repeated, or not.
INLINE int direct_reflect(int i, int n, int repeats) { return !repeats ? reflect(i, n) : i < 0 ? -1 - i : i < n ? i : 2 * n - 1 - i; }

// Pixels `from` to `to` of row `y` of the map as operands.
INLINE void direct_map_row(const tmp_load *l, float factor, int repeats, int y, int from, int to, operand *out, const int has_skip) {
    const int channels = l->channels, width = l->width;
    const size_t line = (size_t)direct_reflect(y, l->height, repeats) * width * channels;
    const element *map = (const element *)l->map + line, *skip = has_skip ? (const element *)l->skip + line : NULL;
    const vf floor = load_floor(l);
    const float *scales = l->scale, *shifts = l->shift;
    int x = from;
#define PIXEL(column) \
    for (int c = 0; c < channels; c += VL, out += VL) { \
        const size_t at = (size_t)(column) * channels + c; \
        vf v = load_map(map + at) * load_f(scales + c) + load_f(shifts + c); \
        if (has_skip) v += load_map(skip + at); \
        v = max_f(v, floor); \
        store_operand(out, INTEGER ? v * factor : v); \
    }
    for (; x < 0; x++) PIXEL(direct_reflect(x, width, repeats))
    for (const int end = to < width ? to : width; x < end; x++) PIXEL(x)
    for (; x < to; x++) PIXEL(direct_reflect(x, width, repeats))
#undef PIXEL
    (void)factor;
}

// Asks for a row of the map that the next outputs need: stripes are too short for the hardware to see it coming.
INLINE void direct_prefetch(const tmp_load *l, int repeats, int y, int from, int to) {
    if (!l->map) return;
    const size_t line = (size_t)direct_reflect(y, l->height, repeats) * l->width, pixel = l->channels * sizeof(element);
    const char *map = (const char *)l->map + line * pixel;
    from = from < 0 ? 0 : from;
    to = to < l->width ? to : l->width;
    for (size_t at = from * pixel; at < to * pixel; at += 64) __builtin_prefetch(map + at, 0, 2);
}

static void NAME(direct_row)(const tmp_direct *job, const tmp_frame *frame, int y, int from, int to, float *floats, operand *out) {
    const tmp_load *l = &job->load;
    if (l->map) {
        if (l->skip) direct_map_row(l, job->load_scale, job->mode == TMP_UP, y, from, to, out, 1);
        else direct_map_row(l, job->load_scale, job->mode == TMP_UP, y, from, to, out, 0);
        return;
    }
    const size_t values = 3 * (size_t)(to - from);
    NAME(load_frame_row)(frame, l->width, l->height, y, from, to, floats);
    store_f(floats + values, (vf)(0.0f));  // meets zero weights, and must be a number
    for (size_t i = 0; i < values + UNIT - 1; i += VL) store_operand(out + i, load_f(floats + i));
}

// `n` outputs of row `y` from `x` to the map.
static void NAME(direct_store_map)(const tmp_direct *job, int y, int x, int n, const char *sums, tmp_statistics statistics) {
    const int outputs = job->outputs, width = job->load.width / direct_step(job->mode);
    element *to = (element *)job->map + ((size_t)y * width + x) * outputs;
    for (int c = 0; c < outputs; c += VL) {
        const vf scale = INTEGER ? load_f(job->weight_scale + c) * (1 / job->load_scale) : (vf)(1.0f);
        lane_statistics counted = statistics_about(to_float(load_accumulator(sums + c * 4)) * scale);
        for (int i = 0; i < n; i++) {
            const vf v = to_float(load_accumulator(sums + ((size_t)i * outputs + c) * 4)) * scale;
            count_value(&counted, v);
            store_map(to + (size_t)i * outputs + c, v);
        }
        add_statistics(statistics, c, counted, n);
    }
}

typedef uint8_t vb __attribute__((ext_vector_type(VL)));
#define PHASED (12 + VL - 1) / VL * VL  // columns of a pixel's 2x2 outputs, in whole vectors

// The 2x2 outputs of `n` pixels of row `y` from `x`, as bytes or values, as far as the frame goes.
static void NAME(direct_store_frame)(const tmp_direct *job, const tmp_frame *frame, float *values, int y, int x, int n, const char *sums) {
    float scale[PHASED] = {0}, bias[PHASED] = {0};
    for (int c = 0; c < 12; c++) {
        scale[c] = INTEGER ? job->weight_scale[c] / job->load_scale : 1;
        bias[c] = job->bias[c % 3];
    }
    const int rows = frame->height - 2 * y < 2 ? 1 : 2, width = 3 * frame->width;
    if (values) {
        for (int i = 0; i < n * rows; i++) {
            const int row = i / n, column = 6 * (x + i % n), count = width - column < 6 ? 3 : 6;
            float pixel[PHASED];
            UNROLL for (int c = 0; c < PHASED; c += VL)
                store_f(pixel + c, to_float(load_accumulator(sums + ((size_t)(i % n) * (PHASED) + c) * 4)) * load_f(scale + c) + load_f(bias + c));
            memcpy(values + (size_t)(2 * y + row) * width + column, pixel + 6 * row, (size_t)count * 4);
        }
        return;
    }
    uint8_t bytes[STRIP_COLUMNS][PHASED];
    for (int i = 0; i < n; i++)
        UNROLL for (int c = 0; c < PHASED; c += VL) {
            const vf v = to_float(load_accumulator(sums + ((size_t)i * (PHASED) + c) * 4)) * load_f(scale + c) + load_f(bias + c);
            const vb b = __builtin_convertvector(round_i(min_f(max_f(v, (vf)(0.0f)), (vf)(255.0f))), vb);
            memcpy(bytes[i] + c, &b, VL);
        }
    for (int r = 0; r < rows; r++) {
        uint8_t *to = frame->bytes + (size_t)(2 * y + r) * frame->stride + 6 * (size_t)x;
        const int whole = frame->width - 2 * x < 2 * n ? n - 1 : n;
        // Eight bytes are quicker than six, and the next pixel's take their place; one by one, as no scatter is.
        _Pragma("clang loop vectorize(disable)")
        for (int i = 0; i < whole - 1; i++) memcpy(to + 6 * i, bytes[i] + 6 * r, 8);
        if (whole > 0) memcpy(to + 6 * (whole - 1), bytes[whole - 1] + 6 * r, 6);
        if (whole < n) memcpy(to + 6 * whole, bytes[whole] + 6 * r, 3);
    }
}

static void NAME(direct)(const tmp_direct *job, const tmp_frame *frame, float *values, int x0, int x1, int y0, int y1, void *scratch, tmp_statistics statistics) {
    const int mode = job->mode, step = direct_step(mode), taps = direct_taps(mode, job->kernel), pad = taps / 2, inputs = job->load.channels;
    const int columns = direct_columns(mode, job->outputs), from = x0 * step - pad, to = (x1 - 1) * step - pad + taps;
    const size_t units = direct_units(taps, inputs), pixel = (size_t)inputs * sizeof(operand);
    const direct_layout at = direct_layout_of(mode, job->kernel, x1 - x0, inputs, job->outputs);
    char *base = (char *)(((uintptr_t)scratch + 63) & ~(uintptr_t)63), *sums = base + at.sums;
    int row = y0 * step - pad;  // the next to load
    for (int y = y0; y < y1; y++) {
        const int first = y * step - pad;
        for (; row < first + taps; row++) NAME(direct_row)(job, frame, row, from, to, (float *)base, (operand *)(base + at.rows + (size_t)((row + 16) % taps) * at.row));
        for (int i = 0; i < step && y + 1 < y1; i++) direct_prefetch(&job->load, mode == TMP_UP, row + i, from, to);
        for (int x = 0; x < x1 - x0; x += STRIP_COLUMNS) {
            const int n = x1 - x0 - x < STRIP_COLUMNS ? x1 - x0 - x : STRIP_COLUMNS;
            const char *segment[16];
            for (int k = 0; k < taps; k++) segment[k] = base + at.rows + (size_t)((first + k + 16) % taps) * at.row + x * step * pixel;
            for (int c = 0; c < columns; c += BLOCK) {
                const char *weights = (const char *)job->weights + taps * units * c * 4;
                NAME(multiply_block)(n, columns - c < BLOCK ? 1 : 2, segment, taps, (int)units, step * pixel, weights, sums + c * 4, (size_t)columns * 4);
            }
            if (mode == TMP_UP) NAME(direct_store_frame)(job, frame, values, y, x0 + x, n, sums);
            else NAME(direct_store_map)(job, y, x0 + x, n, sums, statistics);
        }
    }
}
