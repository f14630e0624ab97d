// The matrix product of training, for whichever instruction set the including file has turned on.
// Accumulators of ROWS pixels x COLUMNS vectors of 16 stay in registers over the whole sum; A is broadcast, B is loaded.


static inline __attribute__((always_inline)) void FN(gemm_block)(const tmp_gemm *g, int i, int j, const int rows, const int vectors,
                                                                  const int pairs) {
    vf acc[ROWS][COLUMNS];
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++)
        for (int v = 0; v < vectors; v++) acc[r][v] = (vf){0};
    const ptrdiff_t row = g->a_row, step = g->a_k, bk = g->b_k;
    for (int s = 0; s < g->segments; s++) {
        const float *a = g->a + i * row + s * g->a_segment;
        const float *b = g->b + s * g->b_segment + (j / 32) * g->b_panel + j % 32;
        // Groups of three rows share a pointer: base, base + row, base + 2 row are all addressing modes.
        const float *p[(ROWS + 2) / 3];
#pragma clang loop unroll(full)
        for (int q = 0; q < (rows + 2) / 3; q++) p[q] = a + 3 * q * row;
        for (int k = 0; k < g->k; k++) {
            vf y[COLUMNS];
#pragma clang loop unroll(full)
            for (int v = 0; v < vectors; v++) y[v] = load(b + 16 * v);
#pragma clang loop unroll(full)
            for (int r = 0; r < rows; r++) {
                vf x = splat(p[r / 3][(r % 3) * row]);
                for (int v = 0; v < vectors; v++) acc[r][v] = pairs ? FN(pair_product)(acc[r][v], x, y[v]) : acc[r][v] + x * y[v];
            }
            b += bk;
#pragma clang loop unroll(full)
            for (int q = 0; q < (rows + 2) / 3; q++) p[q] += step;
        }
    }
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) {
        float *c = g->c + (i + r) * g->c_row + j;
        for (int v = 0; v < vectors; v++) {
            vf z = acc[r][v];
            if (g->accumulate) z += load(c + 16 * v);
            if (g->bias) z += load(g->bias + j + 16 * v);
            if (g->relu) z = positive(z);
            store(c + 16 * v, z);
        }
    }
}

#define GEMM_ROWS(R)                                                                                                   \
    static __attribute__((noinline)) void FN(gemm_full_##R)(const tmp_gemm *g, int i, int j) {                         \
        FN(gemm_block)(g, i, j, R, COLUMNS, 0);                                                                        \
    }                                                                                                                  \
    static __attribute__((noinline)) void FN(gemm_one_##R)(const tmp_gemm *g, int i, int j) {                          \
        FN(gemm_block)(g, i, j, R, 1, 0);                                                                              \
    }                                                                                                                  \
    static __attribute__((noinline)) void FN(gemm_pairs_full_##R)(const tmp_gemm *g, int i, int j) {                   \
        FN(gemm_block)(g, i, j, R, COLUMNS, 1);                                                                        \
    }                                                                                                                  \
    static __attribute__((noinline)) void FN(gemm_pairs_one_##R)(const tmp_gemm *g, int i, int j) {                    \
        FN(gemm_block)(g, i, j, R, 1, 1);                                                                              \
    }

GEMM_ROWS(1)
GEMM_ROWS(2)
#if ROWS > 2
GEMM_ROWS(3)
GEMM_ROWS(4)
GEMM_ROWS(5)
GEMM_ROWS(6)
#endif
#if ROWS > 6
GEMM_ROWS(7)
GEMM_ROWS(8)
GEMM_ROWS(9)
GEMM_ROWS(10)
GEMM_ROWS(11)
GEMM_ROWS(12)
GEMM_ROWS(13)
GEMM_ROWS(14)
#endif

// The blocks of one kind by their number of rows.
#if ROWS > 6
#define GEMM_BLOCKS(K)                                                                                                 \
    { FN(gemm_##K##_1), FN(gemm_##K##_2), FN(gemm_##K##_3), FN(gemm_##K##_4), FN(gemm_##K##_5), FN(gemm_##K##_6),      \
      FN(gemm_##K##_7), FN(gemm_##K##_8), FN(gemm_##K##_9), FN(gemm_##K##_10), FN(gemm_##K##_11), FN(gemm_##K##_12),   \
      FN(gemm_##K##_13), FN(gemm_##K##_14) }
#elif ROWS > 2
#define GEMM_BLOCKS(K)                                                                                                 \
    { FN(gemm_##K##_1), FN(gemm_##K##_2), FN(gemm_##K##_3), FN(gemm_##K##_4), FN(gemm_##K##_5), FN(gemm_##K##_6) }
#else
#define GEMM_BLOCKS(K) { FN(gemm_##K##_1), FN(gemm_##K##_2) }
#endif

static void FN(gemm)(const tmp_gemm *g) {
    typedef void (*block)(const tmp_gemm *, int, int);
    static const block full[2][ROWS] = {GEMM_BLOCKS(full), GEMM_BLOCKS(pairs_full)};
    static const block one[2][ROWS] = {GEMM_BLOCKS(one), GEMM_BLOCKS(pairs_one)};
    // Even blocks of rows: 16 rows are 8 + 8, not 14 + 2.
    int blocks = (g->m + ROWS - 1) / ROWS;
    int height = blocks ? (g->m + blocks - 1) / blocks : 1, pairs = g->pairs != 0;
    for (int j = 0; j < g->n;) {
        int whole = j + 16 * COLUMNS <= g->n;
        for (int i = 0; i < g->m; i += height) {
            int rows = g->m - i < height ? g->m - i : height;
            (whole ? full : one)[pairs][rows - 1](g, i, j);
        }
        j += whole ? 16 * COLUMNS : 16;
    }
}
#undef GEMM_BLOCKS
