// The multiply kernel on AMX tiles (bfloat16 products, float32 sums): see multiply.h for what it computes. Rows of A are
// tile rows as they lie in memory; a packed unit of B, two vectors of value pairs (or one), is a tile row of two tiles (or one).
//
// With TILE_EMULATION the tiles are plain memory, so that the same code is tested where there are none.
// The 64 bytes that configure the tiles.
typedef struct {
    uint8_t palette, start;
    uint8_t reserved[14];
    uint16_t row_bytes[16];
    uint8_t rows[16];
} tile_shape;

#if TILE_EMULATION
typedef struct {
    uint8_t rows[8];
    uint16_t row_bytes[8];
    char data[8][16][64];
} tile_state;
static _Thread_local tile_state tiles;
INLINE void tile_configure(const tile_shape *s) {
    for (int i = 0; i < 8; i++) tiles.rows[i] = s->rows[i], tiles.row_bytes[i] = s->row_bytes[i];
}
INLINE void tile_zero(int t) { memset(tiles.data[t], 0, sizeof tiles.data[t]); }
INLINE void tile_load(int t, const void *from, size_t stride) {
    for (int r = 0; r < tiles.rows[t]; r++) memcpy(tiles.data[t][r], (const char *)from + r * stride, tiles.row_bytes[t]);
}
INLINE void tile_store(int t, void *to, size_t stride) {
    for (int r = 0; r < tiles.rows[t]; r++) memcpy((char *)to + r * stride, tiles.data[t][r], tiles.row_bytes[t]);
}
static float bfloat(const char *p, int i) {
    uint16_t h;
    float f;
    memcpy(&h, p + 2 * i, 2);
    uint32_t bits = (uint32_t)h << 16;
    memcpy(&f, &bits, 4);
    return f;
}
INLINE void tile_multiply(int c, int a, int b) {
    for (int r = 0; r < tiles.rows[c]; r++)
        for (int k = 0; k < tiles.row_bytes[a] / 4; k++)
            for (int n = 0; n < tiles.row_bytes[c] / 4; n++) {
                float *sum = (float *)tiles.data[c][r] + n;
                for (int i = 0; i < 2; i++) *sum += bfloat(tiles.data[a][r], 2 * k + i) * bfloat(tiles.data[b][k], 2 * n + i);
            }
}
INLINE void tile_end(void) {}
#else
#define tile_configure(s) _tile_loadconfig(s)
#define tile_zero(t) _tile_zero(t)
#define tile_load(t, from, stride) _tile_loadd(t, from, stride)
#define tile_store(t, to, stride) _tile_stored(t, to, stride)
#define tile_multiply(c, a, b) _tile_dpbf16ps(c, a, b)
#define tile_end() _tile_release()
#endif

// Sums in tiles 0-3 (two of rows by two of columns), A in 4 and 5, B in 6 and 7.
static void NAME(multiply_tiles)(int low, int wide, const char *const *segment, int segments, int units, int step, size_t stride, const char *b, char *c, size_t c_stride) {
    tile_zero(0);
    tile_zero(1);
    tile_zero(2);
    tile_zero(3);
    const size_t b_unit = wide ? BLOCK * 4 : 4 * VL;
    for (int s = 0; s < segments; s++) {
        const char *a = segment[s];
        for (int u = 0; u < units; u += step, a += 4 * step, b += step * b_unit) {
            tile_load(6, b, b_unit);
            tile_load(4, a, stride);
            tile_multiply(0, 4, 6);
            if (low) {
                tile_load(5, a + 16 * stride, stride);
                tile_multiply(2, 5, 6);
            }
            if (!wide) continue;
            tile_load(7, b + 64, b_unit);
            tile_multiply(1, 4, 7);
            if (low) tile_multiply(3, 5, 7);
        }
    }
    tile_store(0, c, c_stride);
    if (wide) tile_store(1, c + 64, c_stride);
    if (!low) return;
    tile_store(2, c + 16 * c_stride, c_stride);
    if (wide) tile_store(3, c + 16 * c_stride + 64, c_stride);
}

#define ROWS 16
static void NAME(multiply_block)(int rows, int vectors, const char *const *segment, int segments, int units, size_t stride, const void *b, void *c, size_t c_stride) {
    int step = units < 16 ? units : 16;  // units a tile takes: the most that divides them all
    while (units % step) step--;
    int done = 0;
    while (done < rows) {
        // 32 rows at a time, then 16 and the rest in a lower pair of tiles, or what is left in one.
        const int n = rows - done < 32 ? rows - done : 32, upper = n < 16 ? n : 16, lower = n - upper;
        tile_shape shape = {.palette = 1};
        for (int i = 0; i < 8; i++) {
            const int half = i == 2 || i == 3 || i == 5;
            shape.rows[i] = (uint8_t)(i >= 6 ? step : half ? (lower ? lower : 1) : upper);
            shape.row_bytes[i] = (uint16_t)(i == 4 || i == 5 ? 4 * step : 64);
        }
        tile_configure(&shape);
        const char *at[16];
        for (int s = 0; s < segments; s++) at[s] = segment[s] + done * stride;
        NAME(multiply_tiles)(lower > 0, vectors == 2, at, segments, units, step, stride, b, (char *)c + done * c_stride, c_stride);
        done += n;
    }
    tile_end();
}

// Tile products on registers alone: what the machine can do. Returns the operations done.
static double NAME(peak)(long rounds) {
    tile_shape shape = {.palette = 1};
    for (int i = 0; i < 8; i++) shape.rows[i] = 16, shape.row_bytes[i] = 64;
    tile_configure(&shape);
    tile_zero(0);
    tile_zero(1);
    tile_zero(2);
    tile_zero(3);
    tile_zero(4);
    tile_zero(6);
    for (long r = 0; r < rounds; r++) {
        tile_multiply(0, 4, 6);
        tile_multiply(1, 4, 6);
        tile_multiply(2, 4, 6);
        tile_multiply(3, 4, 6);
    }
    tile_end();
    return 2.0 * 4 * 16 * 16 * 32 * (double)rounds;
}
