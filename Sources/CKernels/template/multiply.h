// The one multiply kernel: C[rows][columns] = A x B with A read in place. Row r of A is `segments` runs of `units`
// 4-byte units, run s beginning at segment[s] + r * stride: that covers a convolution over NHWC rows (a run a kernel
// row), the Winograd products (one run) and the first layer (27 interleaved values a kernel row) without im2col.
// B is packed as [column block][segment][unit][column]; a block has two vectors of columns, the last of a matrix perhaps one.
#if VL == 16
#define ROWS 14
#define KEEP(v) __asm__ volatile("" : "+v"(v))
#elif defined(__x86_64__)
#define ROWS 6
#define KEEP(v) __asm__ volatile("" : "+x"(v))
#else
#define ROWS 6
#define KEEP(v) __asm__ volatile("" : "+w"(v))
#endif

INLINE void multiply_rows(const int rows, const int vectors, const char *const *segment, int segments, int units, size_t stride, const char *b, char *c, size_t c_stride) {
    accumulator sum[ROWS][2];
    UNROLL for (int r = 0; r < rows; r++) sum[r][0] = sum[r][1] = (accumulator)(0);
    for (int s = 0; s < segments; s++) {
        // Three rows share one pointer, so that addresses fit the registers.
        const char *a[(ROWS + 2) / 3];
        UNROLL for (int i = 0; i < (rows + 2) / 3; i++) {
            a[i] = segment[s] + 3 * i * stride;
            HIDE(a[i]);  // or the compiler chains all the rows' addresses, one addition after another
        }
        for (int u = 0; u < units; u++) {
            accumulator b0 = load_accumulator(b), b1 = vectors == 2 ? load_accumulator(b + 4 * VL) : b0;
            __builtin_prefetch(b + 64 * BLOCK * 4, 0, 3);
            if (vectors == 2) __builtin_prefetch(b + 64 * BLOCK * 4 + 64, 0, 3);
            b += 4 * VL * vectors;
            UNROLL for (int r = 0; r < rows; r++) {
                const accumulator x = broadcast(a[r / 3] + (r % 3) * stride);
                multiply_add_vectors(&sum[r][0], x, b0);
                if (vectors == 2) multiply_add_vectors(&sum[r][1], x, b1);
            }
            UNROLL for (int i = 0; i < (rows + 2) / 3; i++) a[i] += 4;
        }
    }
    UNROLL for (int r = 0; r < rows; r++) {
        store_accumulator(c + r * c_stride, sum[r][0]);
        if (vectors == 2) store_accumulator(c + r * c_stride + 4 * VL, sum[r][1]);
    }
}

// One column block of `vectors` vectors: 1 or 2.
static void NAME(multiply_block)(int rows, int vectors, const char *const *segment, int segments, int units, size_t stride, const void *b, void *c, size_t c_stride) {
    int blocks = (rows + ROWS - 1) / ROWS, done = 0;
    const char *at[16];
    for (int s = 0; s < segments; s++) at[s] = segment[s];
    for (int i = 0; i < blocks; i++) {
        int n = (rows - done + blocks - i - 1) / (blocks - i);
        char *out = (char *)c + done * c_stride;
        switch (vectors == 2 ? n : n + ROWS) {
#define CASE(R) \
    case R: multiply_rows(R, 2, at, segments, units, stride, b, out, c_stride); break; \
    case ROWS + R: multiply_rows(R, 1, at, segments, units, stride, b, out, c_stride); break;
#if ROWS == 14
            CASE(14) CASE(13) CASE(12) CASE(11) CASE(10) CASE(9) CASE(8) CASE(7)
#endif
            CASE(6) CASE(5) CASE(4) CASE(3) CASE(2) CASE(1)
#undef CASE
        }
        done += n;
        for (int s = 0; s < segments; s++) at[s] += n * stride;
    }
}

// Multiply-adds on registers alone, as fast as they go: what the machine can do. Returns the operations done.
static double NAME(peak)(long rounds) {
    accumulator sum[2 * ROWS], a = (accumulator)(1), b = (accumulator)(0);
    for (int i = 0; i < 2 * ROWS; i++) sum[i] = (accumulator)(0);
    for (long r = 0; r < rounds; r++) {
        UNROLL for (int i = 0; i < 2 * ROWS; i++) multiply_add_vectors(&sum[i], a, b);
        UNROLL for (int i = 0; i < 2 * ROWS; i++) KEEP(sum[i]);
    }
    return 2.0 * UNIT * VL * 2 * ROWS * (double)rounds;
}
