// 2x2 pooling with stride 2, one row of outputs at a time.

static void FN(max_pool)(const float *x, ptrdiff_t row, int32_t width, int32_t channels, float *y) {
    for (int i = 0; i < width; i++, x += 2 * channels, y += channels)
        for (int c = 0; c < channels; c += 16) {
            vf a = larger(load(x + c), load(x + channels + c)), b = larger(load(x + row + c), load(x + row + channels + c));
            store(y + c, larger(a, b));
        }
}

static void FN(average_pool)(const float *x, ptrdiff_t row, int32_t width, int32_t channels, float *y) {
    for (int i = 0; i < width; i++, x += 2 * channels, y += channels)
        for (int c = 0; c < channels; c += 16)
            store(y + c, (load(x + c) + load(x + channels + c) + load(x + row + c) + load(x + row + channels + c)) * 0.25f);
}

static void FN(max_pool_backward)(const float *x, const float *y, const float *dy, ptrdiff_t row, int32_t width, int32_t channels,
                                  float *dx) {
    for (int i = 0; i < width; i++, x += 2 * channels, dx += 2 * channels, y += channels, dy += channels)
        for (int c = 0; c < channels; c += 16) {
            vf top = load(y + c), left = load(dy + c);
            ptrdiff_t at[4] = {c, channels + c, row + c, row + channels + c};
            for (int k = 0; k < 4; k++) {  // in reading order: the first that holds the maximum takes it all
                vi hit = load(x + at[k]) == top;
                store(dx + at[k], (vf)(hit & (vi)left));
                left = (vf)(~hit & (vi)left);
            }
        }
}

static void FN(average_pool_backward)(const float *dy, ptrdiff_t row, int32_t width, int32_t channels, float *dx) {
    for (int i = 0; i < width; i++, dx += 2 * channels, dy += channels)
        for (int c = 0; c < channels; c += 16) {
            vf d = load(dy + c) * 0.25f;
            store(dx + c, d);
            store(dx + channels + c, d);
            store(dx + row + c, d);
            store(dx + row + channels + c, d);
        }
}
